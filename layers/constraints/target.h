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

  // How a weight is scaled whose norm is `times` sigma: norms below 1e-12 count as zero, a guard, not
  // a term. Errors: k <= 0.
  engine::NormScale scaling(engine::Real times = 1) const {
    constexpr engine::Real kSmallest = 1e-12F;
    engine::check(k > 0, "constraint: the target norm must be greater than 0, got k = ", k);
    return {k / times, (mode == Mode::at_most ? k : kSmallest) / times, through_scale};
  }

  // The weight, scaled; sigma is its norm, one number, or one for each row or channel, as it
  // broadcasts. A zero weight stays zero. Errors: k <= 0.
  engine::Tensor scale(const engine::Tensor& weight, engine::Tensor sigma) const {
    const engine::NormScale how = scaling();
    if (!how.through_sigma) sigma = sigma.detach();
    return weight * (how.k / maximum(sigma, engine::scalar(how.least)));
  }

  // The same where sigma is `times` the largest singular value of the reshaped kernel.
  engine::Tensor scale(const engine::Tensor& weight, const engine::TopTensors& top,
                       engine::Real times = 1) const {
    return reshape(scale_to_norm(top, scaling(times)), weight.shape());
  }
};

}  // namespace layers
