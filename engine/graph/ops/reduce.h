// Reductions that several rows need, which keep their axes with extent 1.
#pragma once

#include "engine/ops/reduce.h"
#include "engine/tensor.h"

namespace engine::graph {

Tensor largest(const Tensor& x, const Axes& axes);  // of no elements: -infinity

// x divided by its largest magnitude along the axes, so that squares neither overflow nor
// underflow; and that magnitude, 1 where all are zero.
struct Scaled {
  Tensor values, by;
};
Scaled scaled(const Tensor& x, const Axes& axes);

}  // namespace engine::graph
