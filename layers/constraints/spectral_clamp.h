// SpectralClamp: W - max(0, s0 - r s1) u0 v0^T on the reshaped kernel: its largest singular value
// is at most r times the second. u0, v0 and s1 are constants in the gradient, s0 = u0^T R v0 is
// not. Source: Brock, Donahue and Simonyan, "Large Scale GAN Training" (2018), eq. 4 with
// sigma_clamp = r sg(sigma_1). Cost: 4 iterations + 4 products with R per step. Errors: r <= 1.
#pragma once

#include "layers/constraints/power_iteration.h"
#include "layers/lipschitz/top_two.h"

namespace layers {

struct SpectralClamp {
  engine::Real r = 2;
  int iterations = 1;  // per optimizer step
  engine::State subspace = {};

  static constexpr bool kConstantParts = true;  // in the gradient

  template <class V>
  void options(V& v) {
    v("r", r, 1);
    v("iterations", iterations);
  }

  engine::Tensor operator()(const LinearMap& W) {
    engine::check(r > 1, "spectral clamp: r must be greater than 1, got ", r);
    const engine::Tensor R = flatten(W.weight);
    if (R.dim(0) == 1 || R.dim(1) == 1) return W.weight;  // there is no second value
    keep_if_of_shape(subspace, {R.dim(1), 2});
    engine::State here = subspace;
    const int steps = !subspace.defined() ? kBurnIn : !evaluating() ? iterations : 0;
    const auto [s0, s1, u0, v0] = top_two(R, here, steps);
    if (!evaluating()) subspace.assign(here.value());
    const engine::Tensor excess = relu(sum(u0 * matmul(R, v0)) - r * s1);
    return W.weight - reshape(matmul_nt(u0 * excess, v0), W.weight.shape());
  }
};

}  // namespace layers
