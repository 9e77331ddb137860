// ImageTable: images stored on the device as bytes, a quarter of their size as numbers; one kernel
// makes batches of them there.
//   plain:       x / 127.5 - 1                in [-1, 1]
//   with noise:  (x + u) / 128 - 1            in [-1, 1], u uniform in [0, 1)
// Image i of a batch takes its noise from the blocks i b, i b + 1, ... of the stream, where b
// blocks are enough for one image. Cost: one pass over the batch. Errors: an index out of range, on
// CUDA at the next value read back.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/geometry.h"
#include "engine/live.h"
#include "engine/philox.h"
#include "engine/tensor.h"

namespace engine {

class ImageTable {
 public:
  static constexpr Index kMost = Index{1} << 24;  // images: their numbers are Reals

  // `read(i, bytes)` gives image i, [height, width, channels].
  ImageTable(Index count, Index height, Index width, Index channels,
             const std::function<void(Index, std::uint8_t*)>& read);

  // [n, height, width, channels]: the images with these numbers [n], mirrored left to right where
  // mirror [n] is not 0.
  Tensor batch(const Tensor& number, const Tensor& mirror) const;
  // With noise, as images `first`, first + 1, ... of the batch.
  Tensor noisy_batch(const Tensor& number, const Tensor& mirror, const Live<RandomStream>& noise,
                     Index first = 0) const;

 private:
  Tensor make(const Tensor& number, const Tensor& mirror, const Live<RandomStream>& noise,
              bool dequantize, Index first) const;
  ImageBatch layout_;
  Tensor bytes_;  // packed into Reals
};

}  // namespace engine
