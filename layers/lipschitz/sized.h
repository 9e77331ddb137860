// Weights of any size: norms come from squares, which leave the range of numbers long before the
// weights do (in float32 beyond 1e19 and below 1e-19). So norms are taken of a weight whose largest
// element is near 1, and multiplied by what was divided out: a power of two, which rounds nothing.
//   const Sized k = sized("gram", kernel);  return k.size * norm_of(k.weight);
// Cost: a copy to the host. Errors: a weight without elements, or with some that are not finite.
#pragma once

#include <string>

#include "engine/tensor.h"

namespace layers {

struct Sized {
  engine::Tensor weight;  // the weight / size
  double size = 1;        // 1 for weights of ordinary size, which stay as they are, and for zero
};

Sized sized(const std::string& where, const engine::Tensor& weight);

}  // namespace layers
