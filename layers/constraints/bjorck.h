// Bjorck: the nearest matrix with orthonormal rows (or columns), by W <- 3/2 W - 1/2 W W^T W on the
// reshaped kernel, times k. All singular values go to k, which keeps the norm of the gradient. It
// converges for norms below sqrt(3), and fast for norms near 1: put SpectralNorm before it. A
// weight that may be too large is first scaled down by a constant, which does not change the
// nearest matrix. Source: Bjorck and Bowie (1971); Anil, Lucas and Grosse (2019). Cost: two matrix
// products per step, and three small ones of the Gram matrix.
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
    m = m / safe_scale(m, wide);
    for (int i = 0; i < steps; ++i) {
      const engine::Tensor cube = wide ? matmul(matmul_nt(m, m), m) : matmul(m, matmul_tn(m, m));
      m = 1.5F * m - 0.5F * cube;
    }
    engine::check(k > 0, "bjorck: the target norm must be greater than 0, got k = ", k);
    return reshape(k == 1 ? m : k * m, W.weight.shape());
  }

 private:
  // 1 if a bound of the norm is well below sqrt(3), else the bound: Gram iteration, at most
  // rank^(1/16) too large, so that weights of norm 1 are not scaled.
  static engine::Tensor safe_scale(const engine::Tensor& m, bool wide) {
    constexpr engine::Real kSafe = 1.6F;
    const engine::NoGrad constant;
    const engine::Tensor size = norm(m), one = m / size;
    engine::Tensor gram = wide ? matmul_nt(one, one) : matmul_tn(one, one);
    for (int t = 0; t < 2; ++t) gram = matmul(gram, gram);
    const engine::Tensor bound = size * power(norm(gram), engine::Real(1) / 8);
    return 1 + step(bound - kSafe) * (bound - 1);
  }
};

}  // namespace layers
