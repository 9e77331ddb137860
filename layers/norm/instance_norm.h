// InstanceNorm: each channel of each sample [N, H, W, C] to mean 0 and variance 1 over its pixels,
// then gamma and beta per channel. Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization"
// (2016).
#pragma once

#include "layers/module.h"
#include "layers/norm/normalize.h"

namespace layers {

class InstanceNorm {
 public:
  explicit InstanceNorm(engine::Index channels, engine::Real epsilon = 1e-5F)
      : gamma(engine::ones({channels})), beta(engine::zeros({channels})), epsilon(epsilon) {}

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::check(x.rank() == 4, "instance_norm: input ", x.shape(), " is not [N, H, W, C]");
    return normalize(x, {1, 2}, epsilon) * gamma.raw() + beta.raw();
  }

  template <class V>
  void visit(V& v) {
    v("weight", gamma);
    v("bias", beta);
  }

  Param gamma, beta;
  engine::Real epsilon;
};

}  // namespace layers
