// SpectralNorm: k W / sigma(R), R the reshaped kernel [O, kH kW I], by power iteration on it. On a
// Linear layer the norm becomes k; on a convolution sigma(R) is a LOWER bound of the layer's
// Lipschitz constant (ToeplitzNorm uses the exact one). Source: Miyato et al., "Spectral
// Normalization for GANs" (2018). Cost: 4 products with R per step.
#pragma once

#include "layers/constraints/power_iteration.h"
#include "layers/constraints/target.h"

namespace layers {

struct SpectralNorm {
  int iterations = 1;  // per optimizer step
  Target target = {};
  TopVectors top = {};

  static constexpr Bounds bounds = Bounds::matrix;

  template <class V>
  void options(V& v) {
    v("iterations", iterations);
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) {
    return target.scale(W.weight, largest_singular_value(W.matrix(), top, iterations));
  }
};

}  // namespace layers
