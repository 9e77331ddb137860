// Power iteration on any LinearMap: v <- W^T W v / |W^T W v|, and sigma = |W v|. Written once: on
// the reshaped kernel it is Miyato's spectral norm, on the convolution itself Toeplitz
// normalization.
#pragma once

#include "layers/linear_map.h"
#include "layers/mode.h"

namespace layers {

// Iterations of a vector that starts at random, before its first use: the estimate approaches sigma
// from below, and training may only follow it with one iteration a step once it is near.
constexpr int kBurnIn = 50;

// The largest singular value of W, differentiable in W alone (v is a constant, which is exact at
// the top pair: Danskin). The right vector is kept in `state`; it advances in training only. An
// all-zero weight gives a tiny positive number, never a division by zero.
inline engine::Tensor largest_singular_value(const LinearMap& W, engine::State& state,
                                             int iterations) {
  const int steps = state.defined() ? (training() ? iterations : 0) : kBurnIn;
  engine::Tensor v = state.or_else([&] { return normal(W.domain()); });
  {
    const engine::NoGrad constant;
    // The last term is far below rounding, unless the weight is zero: then it keeps v, which would
    // otherwise become zero and stay so after the weight has grown again.
    constexpr engine::Real kKeep = 1e-15F;
    for (int i = 0; i < steps; ++i) v = unit(W.transpose(unit(W(v))) + kKeep * v);
  }
  if (training()) state.assign(v);
  return norm(W(v));
}

}  // namespace layers
