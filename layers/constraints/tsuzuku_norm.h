// TsuzukuNorm: k W / (sqrt(n) sigma(R)), with R the reshaped kernel and n the largest number of
// times that one input is read, for the actual stride, padding and dilation: the product over both
// axes of
//   min(out, ceil(kernel / (stride / gcd(stride, dilation))))
// Since sigma(W) <= sqrt(n) sigma(R), the layer is k-Lipschitz once the power iteration on R has
// converged. Source: Tsuzuku, Sato and Sugiyama, "Lipschitz-Margin Training" (2018); Sargent's
// Method 1, here with dilation. Cost: that of SpectralNorm.
#pragma once

#include <cmath>

#include "layers/constraints/matrix_top.h"
#include "layers/constraints/target.h"
#include "layers/lipschitz/reshaped.h"

namespace layers {

struct TsuzukuNorm {
  int iterations = 1;  // per optimizer step
  Target target = {};
  MatrixTop top = {};

  template <class V>
  void options(V& v) {
    v("iterations", iterations);
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) {
    const auto reads = static_cast<engine::Real>(reads_formula(W).count());
    return target.scale(W.weight, top.of(flatten(W.weight), iterations), std::sqrt(reads));
  }
  void changed() { top.changed(); }
  bool advance(const engine::Tensor& raw, PowerIterations& together) {
    return top.advance(flatten(raw), iterations, together);
  }
};

}  // namespace layers
