// Norms of weights of any size: squares overflow or underflow long before the weights do (in
// float32 beyond 1e19 and below 1e-19). So norms are computed for a weight scaled by a power of
// two, which is exact, so that its largest element is near 1, and multiplied by the scale.
//   const Sized k = sized("gram", kernel);  return k.size * norm_of(k.weight);
// Cost: a copy to the host. Errors: a weight without elements, or with non-finite ones.
#pragma once

#include <string>

#include "engine/tensor.h"

namespace layers {

struct Sized {
  engine::Tensor weight;  // the weight / size
  double size = 1;        // 1 for weights of ordinary size, which are not scaled, and for zero
};

Sized sized(const std::string& where, const engine::Tensor& weight);

}  // namespace layers
