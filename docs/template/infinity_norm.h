// InfinityNorm: k W / the largest row sum of the absolute values of the reshaped kernel. A Linear
// layer then changes its largest output by at most k times the largest change of an input.
#pragma once

#include "engine/engine.h"
#include "layers/layers.h"

struct InfinityNorm {
  engine::Real k = 1;

  engine::Tensor operator()(const layers::LinearMap& W) const {
    const engine::Tensor row_sums = sum(flatten(abs(W.weight)), {1});
    return W.weight * (k / max(row_sums));
  }

  // What --set can change: d.constraint=infinity(k=2).
  template <class V>
  void options(V& v) {
    v("k", k);
  }
};
