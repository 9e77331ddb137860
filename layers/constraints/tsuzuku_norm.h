// TsuzukuNorm: k W / (sqrt(n) sigma(R)), with R the reshaped kernel and n how often one input is
// read at most: exact for stride, padding and dilation, per axis min(out, ceil(k / (s / gcd(s,
// d)))). Since sigma(W) <= sqrt(n) sigma(R), the layer is k-Lipschitz once the power iteration on R
// has converged. Source: Tsuzuku, Sato and Sugiyama, "Lipschitz-Margin Training" (2018); Sargent's
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
  engine::State v = {};

  engine::Tensor operator()(const LinearMap& W) {
    const auto reads = static_cast<engine::Real>(reads_formula(W).count());
    const engine::Tensor sigma = largest_singular_value(W.matrix(), v, iterations);
    return target.scale(W.weight, std::sqrt(reads) * sigma);
  }
};

}  // namespace layers
