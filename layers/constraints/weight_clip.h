// WeightClip: after each optimizer step every raw value is clipped to [-c, c].
// Source: Arjovsky, Chintala and Bottou, "Wasserstein GAN" (2017). Cost: one pass over the weight.
#pragma once

#include "layers/linear_map.h"

namespace layers {

struct WeightClip {
  engine::Real c = 0.01F;

  template <class V>
  void options(V& v) {
    v("c", c);
  }

  engine::Tensor operator()(const LinearMap& W) const { return W.weight; }
  engine::Tensor project(const engine::Tensor& raw) const { return clamp(raw, -c, c); }
};

}  // namespace layers
