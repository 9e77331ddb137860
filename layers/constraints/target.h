// Target: shared by all constraints that scale a weight to a given norm.
//   equal     k W / sigma: the norm becomes k, whatever it was
//   at_most   W min(1, k / sigma): weights whose norm is at most k are unchanged
#pragma once

#include "engine/engine.h"

namespace layers {

enum class Mode { equal, at_most };  // what to do with a norm that is not k

// Whose largest singular value a constraint's k bounds: that of the map (the default), of the
// reshaped kernel, or of neither.
enum class Bounds { map, matrix, neither };

struct Target {
  engine::Real k = 1;  // the target norm of this layer
  Mode mode = Mode::equal;
  bool through_scale = true;  // whether the gradient flows through sigma too

  template <class V>
  void options(V& v) {
    v("k", k);
    v("at_most", mode);
    v("through_scale", through_scale);
  }

  // The weight, scaled; sigma is its norm, one number, or one for each row or channel, as it
  // broadcasts. A zero weight stays zero, and norms below 1e-12 count as zero. Errors: k <= 0.
  engine::Tensor scale(const engine::Tensor& weight, engine::Tensor sigma) const {
    constexpr engine::Real kSmallest = 1e-12F;  // a guard, not a term: norms above it are exact
    engine::check(k > 0, "constraint: the target norm must be greater than 0, got k = ", k);
    if (!through_scale) sigma = sigma.detach();
    const engine::Real least = mode == Mode::at_most ? k : kSmallest;
    return weight * (k / maximum(sigma, engine::scalar(least)));
  }
};

}  // namespace layers
