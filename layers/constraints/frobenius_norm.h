// FrobeniusNorm: k W / |W|_F. On a Linear layer |W|_F is an upper bound of the Lipschitz constant
// that needs no iteration and is loose by up to sqrt(rank). Cost: one pass over the weight.
#pragma once

#include "layers/constraints/target.h"
#include "layers/linear_map.h"

namespace layers {

struct FrobeniusNorm {
  Target target = {};

  static constexpr Bounds bounds = Bounds::matrix;

  template <class V>
  void options(V& v) {
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) const {
    return target.scale(W.weight, norm(W.weight));
  }
};

}  // namespace layers
