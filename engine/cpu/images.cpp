// Batches of images from a table of bytes.
#include "engine/cpu/backend.h"
#include "engine/cpu/parallel.h"
#include "engine/cpu/row_number.h"
#include "engine/grey_levels.h"

namespace engine::cpu {

void CpuBackend::images(const ImageBatch& b, const Live<RandomStream>& noise, const Real* table,
                        const Real* number, const Real* mirror, Real* y) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(table);
  const RandomStream from = noise.get();
  const Index size = b.size(), blocks = (size + 3) / 4;
  for (Index i = 0; i < b.n; ++i) row_number("images", number[i], b.count);
  parallel_for(b.n, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const std::uint8_t* image = bytes + static_cast<Index>(number[i]) * size;
      Random4 random{};
      for (Index j = 0; j < size; ++j) {
        const Index c = j % b.channels, w = j / b.channels % b.width, line = j / b.channels - w;
        const Index column = mirror[i] != 0 ? b.width - 1 - w : w;
        const Real pixel = image[(line + column) * b.channels + c];
        if (j % 4 == 0 && b.dequantize)
          random = philox(from.seed, from.stream,
                          static_cast<std::uint64_t>((b.first + i) * blocks + j / 4));
        y[i * size + j] = b.dequantize ? from_grey(pixel, random.word[j % 4]) : from_grey(pixel);
      }
    }
  });
}

}  // namespace engine::cpu
