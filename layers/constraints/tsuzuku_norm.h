// TsuzukuNorm: k W / (sqrt(n) sigma(R)), with R the reshaped kernel and n the largest number of
// times that one input is read, for the actual stride, padding and dilation: the product over both
// axes of
//   min(out, ceil(kernel / (stride / gcd(stride, dilation))))
// Since sigma(W) <= sqrt(n) sigma(R), the layer is k-Lipschitz once the power iteration on R has
// converged. Source: Tsuzuku, Sato and Sugiyama, "Lipschitz-Margin Training" (2018); Sargent's
// Method 1, here with dilation. Cost: that of SpectralNorm.
#pragma once

#include <cmath>

#include "layers/constraints/power_iteration.h"
#include "layers/constraints/target.h"
#include "layers/lipschitz/reshaped.h"

namespace layers {

struct TsuzukuNorm {
  int iterations = 1;  // per optimizer step
  Target target = {};
  TopVectors top = {};

  template <class V>
  void options(V& v) {
    v("iterations", iterations);
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) {
    const auto reads = static_cast<engine::Real>(reads_formula(W).count());
    const engine::Tensor sigma = largest_singular_value(W.matrix(), top, iterations);
    return target.scale(W.weight, std::sqrt(reads) * sigma);
  }
};

}  // namespace layers
