// Bjorck: the nearest matrix with orthonormal rows (or columns), by W <- 3/2 W - 1/2 W W^T W on the
// reshaped kernel, times k. All singular values go to k, which keeps the norm of the gradient. It
// converges for norms below sqrt(3): put SpectralNorm before it.
// Source: Bjorck and Bowie (1971); Anil, Lucas and Grosse (2019). Cost: two products a step.
#pragma once

#include "layers/constraints/target.h"
#include "layers/linear_map.h"

namespace layers {

struct Bjorck {
  int steps = 12;
  engine::Real k = 1;

  static constexpr Bounds bounds = Bounds::matrix;

  template <class V>
  void options(V& v) {
    v("steps", steps);
    v("k", k);
  }

  engine::Tensor operator()(const LinearMap& W) const {
    engine::Tensor m = flatten(W.weight);
    const bool wide = m.dim(0) <= m.dim(1);  // the smaller Gram matrix of the two
    for (int i = 0; i < steps; ++i) {
      const engine::Tensor cube = wide ? matmul(matmul_nt(m, m), m) : matmul(m, matmul_tn(m, m));
      m = 1.5F * m - 0.5F * cube;
    }
    engine::check(k > 0, "bjorck: a norm to aim at is greater than 0, got k = ", k);
    return reshape(k == 1 ? m : k * m, W.weight.shape());
  }
};

}  // namespace layers
