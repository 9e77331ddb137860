// SpectralNorm: k W / sigma(R), R the reshaped kernel [O, kH kW I], by power iteration on it. On a
// Linear layer the norm becomes k; on a convolution sigma(R) is a LOWER bound of the layer's
// Lipschitz constant (ToeplitzNorm uses the exact one). Source: Miyato et al., "Spectral
// Normalization for GANs" (2018). Cost: two passes over R per step, one more per use, and two for its
// gradient.
#pragma once

#include "layers/constraints/matrix_top.h"
#include "layers/constraints/target.h"

namespace layers {

struct SpectralNorm {
  int iterations = 1;  // per optimizer step
  Target target = {};
  MatrixTop top = {};

  static constexpr Bounds bounds = Bounds::matrix;

  template <class V>
  void options(V& v) {
    v("iterations", iterations);
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) {
    return target.scale(W.weight, top.of(flatten(W.weight), iterations));
  }
  void changed() { top.changed(); }
  bool advance(const engine::Tensor& raw, PowerIterations& together) {
    return top.advance(flatten(raw), iterations, together);
  }
};

}  // namespace layers
