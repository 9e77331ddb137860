// Power iteration on any LinearMap: v <- W^T W v / |W^T W v|, and sigma = |W v|. Written once: on
// the reshaped kernel it is Miyato's spectral norm, on the convolution itself Toeplitz
// normalization.
#pragma once

#include <cstdio>
#include <sstream>

#include "layers/linear_map.h"
#include "layers/mode.h"

namespace layers {

// Iterations of a vector that starts at random, before its first use: the estimate approaches sigma
// from below, and training may only follow it with one iteration a step once it is near.
constexpr int kBurnIn = 50;

// A state that is not of this shape was saved for another input size (or is damaged): it is of no
// use, says so and starts again.
inline void keep_if_of_shape(engine::State& state, const engine::Shape& shape) {
  if (!state.defined() || state.has_shape(shape)) return;
  std::ostringstream text;
  text << "note: a constrained layer's power iteration of " << state.value().shape()
       << " does not fit " << shape << "; it starts again\n";
  std::fputs(text.str().c_str(), stderr);
  state.reset();
}

// The largest singular value of W, differentiable in W alone (v is a constant, which is exact at
// the top pair: Danskin). The right vector is kept in `state`; it advances in training only. An
// all-zero weight gives a tiny positive number, never a division by zero.
inline engine::Tensor largest_singular_value(const LinearMap& W, engine::State& state,
                                             int iterations) {
  keep_if_of_shape(state, W.domain());
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
