// InstanceNorm: each channel of each sample [N, H, W, C] to mean 0 and variance 1 over its pixels,
// then gamma and beta per channel. Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization"
// (2016). Errors: an input that is not [N, H, W, C].
#pragma once

#include "layers/norm/sample_norm.h"

namespace layers {

class InstanceNorm : public SampleNorm {
 public:
  explicit InstanceNorm(engine::Index channels, engine::Real epsilon = 1e-5F)
      : SampleNorm(channels, epsilon) {}

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::check(x.rank() == 4, "instance_norm: input ", x.shape(), " is not [N, H, W, C]");
    return normalize(x, x.shape(), {1, 2});
  }
};

}  // namespace layers
