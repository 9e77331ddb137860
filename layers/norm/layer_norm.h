// LayerNorm: each sample of [N, ..., C] to mean 0 and variance 1 over all its elements, then gamma
// and beta per channel (the form that WGAN-GP critics use in place of batch norm).
// Source: Ba, Kiros and Hinton, "Layer Normalization" (2016).
#pragma once

#include "layers/norm/sample_norm.h"

namespace layers {

class LayerNorm : public SampleNorm {
 public:
  explicit LayerNorm(engine::Index channels, engine::Real epsilon = 1e-5F)
      : SampleNorm(channels, epsilon) {}

  engine::Tensor operator()(const engine::Tensor& x) const {
    engine::Axes axes;
    for (int i = 1; i < x.rank(); ++i) axes.push_back(i);
    return normalize(x, x.shape(), axes);
  }
};

}  // namespace layers
