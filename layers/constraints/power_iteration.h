// Power iteration on any LinearMap: v <- W^T u / |W^T u|, u <- W v / |W v|, sigma = |W v|. On the
// reshaped kernel it is Miyato's spectral norm, on the convolution itself Toeplitz normalization.
#pragma once

#include "layers/constraint.h"
#include "layers/linear_map.h"
#include "layers/mode.h"

namespace layers {

// Iterations of a random start vector before its first use: the estimate approaches sigma from
// below, and one iteration per step suffices only once it is close.
constexpr int kBurnIn = 50;

// A state of another shape was saved for another input size (or is damaged): it is reset, with a
// notice.
inline void keep_if_of_shape(engine::State& state, const engine::Shape& shape) {
  if (!state.defined() || state.has_shape(shape)) return;
  engine::notice("a constrained layer's power-iteration vector ", state.value().shape(),
                 " does not fit ", shape, "; restarting it");
  state.reset();
}

// The largest singular value of W, |W v|, differentiable in W only (v is a constant, which is exact
// at the top pair: Danskin). An iteration starts from the stored u, so that its product W v is the
// one to differentiate. The vectors advance in training only. An all-zero weight gives a tiny
// positive number, never a division by zero.
inline engine::Tensor largest_singular_value(const LinearMap& W, TopVectors& top, int iterations) {
  keep_if_of_shape(top.v, W.domain());
  const bool known = top.v.defined() && top.u.has_shape(W.range());
  const int steps = !known ? kBurnIn : !evaluating() ? iterations : 0;
  engine::Tensor v = known ? top.v.value() : normal(W.domain());
  {
    const engine::NoGrad constant;
    for (int i = 0; i < steps; ++i) {
      const engine::Tensor u = known && i == 0 ? top.u.value() : unit(W(v));
      v = unit(W.transpose(u) + engine::TopPair::kKept * v);
    }
  }
  const engine::Tensor image = W(v);
  const engine::Tensor sigma = norm(image);
  if (!evaluating()) {
    const engine::NoGrad constant;
    top.v.assign(v);
    top.u.assign(image / sigma);
  }
  return sigma;
}

}  // namespace layers
