// LayerNorm: each sample of [N, ..., C] to mean 0 and variance 1 over all its elements, then gamma
// and beta per channel (the form that WGAN-GP critics use in place of batch norm).
// Source: Ba, Kiros and Hinton, "Layer Normalization" (2016).
#pragma once

#include "layers/module.h"
#include "layers/norm/normalize.h"

namespace layers {

class LayerNorm {
 public:
  explicit LayerNorm(engine::Index channels, engine::Real epsilon = 1e-5F)
      : gamma(engine::ones({channels})), beta(engine::zeros({channels})), epsilon(epsilon) {}

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::Axes axes;
    for (int i = 1; i < x.rank(); ++i) axes.push_back(i);
    return normalize(x, axes, epsilon) * gamma.raw() + beta.raw();
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
