// What the norms that look at one sample at a time share: zero mean and unit variance over some
// axes. Cost: about eight passes over x, in plain ops.
#pragma once

#include "engine/engine.h"

namespace layers {

inline engine::Tensor normalize(const engine::Tensor& x, const engine::Axes& axes,
                                engine::Real epsilon) {
  const engine::Tensor centred = x - mean(x, axes, true);
  return centred * rsqrt(mean(square(centred), axes, true) + epsilon);
}

}  // namespace layers
