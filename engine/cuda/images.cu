// Batches of images from a table of bytes, four neighboring numbers per thread.
#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"
#include "engine/grey_levels.h"

namespace engine::cuda {
namespace {

struct ImageLayout {
  Index count, size, first_block;   // of the noise
  Divider blocks, channels, width;  // blocks of four elements of an image
};

__global__ void images_kernel(ImageLayout layout, Index threads, bool dequantize,
                              Live<RandomStream> noise, const std::uint8_t* table,
                              const Real* number, const Real* mirror, Real* y, Fault* fault) {
  const Index i = thread_number();
  if (i >= threads) return;
  std::uint32_t n = static_cast<std::uint32_t>(i);
  const std::uint32_t block = layout.blocks.split(n);
  const std::uint8_t* image =
      table + row_number(kImages, number[n], layout.count, fault) * layout.size;
  Random4 random{};
  if (dequantize) {
    const RandomStream from = noise.get();
    random = philox(from.seed, from.stream, static_cast<std::uint64_t>(layout.first_block + i));
  }
  for (int j = 0; j < 4; ++j) {
    const Index element = Index{4} * block + j;
    if (element >= layout.size) return;
    std::uint32_t line = static_cast<std::uint32_t>(element);
    const std::uint32_t channel = layout.channels.split(line), column = layout.width.split(line);
    const Index from = mirror[n] != 0 ? layout.width.divisor - 1 - column : column;
    const Real pixel =
        image[(static_cast<Index>(line) * layout.width.divisor + from) * layout.channels.divisor +
              channel];
    y[n * layout.size + element] = dequantize ? from_grey(pixel, random.word[j]) : from_grey(pixel);
  }
}

}  // namespace

void CudaBackend::images(const ImageBatch& batch, const Live<RandomStream>& noise,
                         const Real* table, const Real* number, const Real* mirror, Real* y) {
  const Index blocks = (batch.size() + 3) / 4, threads = batch.n * blocks;
  if (threads == 0) return;
  engine::check(batch.count > 0, "images: the table has no images");
  check_elements("images", threads * 4);
  const ImageLayout layout{batch.count,
                           batch.size(),
                           batch.first * blocks,
                           Divider(blocks),
                           Divider(batch.channels),
                           Divider(batch.width)};
  launch("images", stream_, one_each(threads), &images_kernel, layout, threads, batch.dequantize,
         noise, reinterpret_cast<const std::uint8_t*>(table), number, mirror, y, fault_);
}

}  // namespace engine::cuda
