#include "engine/images.h"

#include <algorithm>

#include "engine/backend.h"
#include "engine/check.h"

namespace engine {

ImageTable::ImageTable(Index count, Index height, Index width, Index channels,
                       const std::function<void(Index, std::uint8_t*)>& read)
    : layout_{0, count, height, width, channels, false} {
  constexpr Index kReal = sizeof(Real), kPieceBytes = Index{1} << 24;
  check(count <= kMost, "images: a table of ", count, " images; more than ", kMost,
        " cannot be numbered by Reals");
  const Index size = layout_.size();
  bytes_ = Tensor(Shape{(count * size + kReal - 1) / kReal});
  // A multiple of kReal images at a time begins and ends at a whole Real.
  const Index piece = kReal * std::max<Index>(1, kPieceBytes / (kReal * std::max<Index>(size, 1)));
  std::vector<Real> host(static_cast<std::size_t>(piece / kReal * size));
  for (Index first = 0; first < count; first += piece) {
    const Index n = std::min(piece, count - first);
    auto* bytes = reinterpret_cast<std::uint8_t*>(host.data());
    for (Index i = 0; i < n; ++i) read(first + i, bytes + i * size);
    bytes_.backend().upload(bytes_.data() + first / kReal * size, host.data(),
                            (n * size + kReal - 1) / kReal);
  }
}

Tensor ImageTable::batch(const Tensor& number, const Tensor& mirror) const {
  return make(number, mirror, {}, false, 0);
}

Tensor ImageTable::noisy_batch(const Tensor& number, const Tensor& mirror,
                               const Live<RandomStream>& noise, Index first) const {
  return make(number, mirror, noise, true, first);
}

Tensor ImageTable::make(const Tensor& number, const Tensor& mirror, const Live<RandomStream>& noise,
                        bool dequantize, Index first) const {
  check(number.rank() == 1 && number.shape() == mirror.shape(), "images: numbers ", number.shape(),
        " and mirrors ", mirror.shape(), " are not one of each for every image");
  ImageBatch batch = layout_;
  batch.n = number.dim(0);
  batch.dequantize = dequantize;
  batch.first = first;
  Tensor out(Shape{batch.n, batch.height, batch.width, batch.channels});
  out.backend().images(batch, noise, bytes_.data(), number.data(), mirror.data(), out.data());
  return out;
}

}  // namespace engine
