// Bjorck: the nearest matrix with orthonormal rows (or columns), by W <- 3/2 W - 1/2 W W^T W on the
// reshaped kernel. All singular values go to 1, which keeps the norm of the gradient. It converges
// for norms below sqrt(3): put SpectralNorm before it.
// Source: Bjorck and Bowie (1971); Anil, Lucas and Grosse (2019). Cost: two products a step.
#pragma once

#include <limits>

#include "layers/linear_map.h"

namespace layers {

struct Bjorck {
  int steps = 12;

  engine::Tensor operator()(const LinearMap& W) const {
    engine::Tensor m = flatten(W.weight);
    const bool wide = m.dim(0) <= m.dim(1);  // the smaller Gram matrix of the two
    for (int i = 0; i < steps; ++i) {
      const engine::Tensor cube = wide ? matmul(matmul_nt(m, m), m) : matmul(m, matmul_tn(m, m));
      m = 1.5F * m - 0.5F * cube;
    }
    return reshape(m, W.weight.shape());
  }
};

}  // namespace layers
