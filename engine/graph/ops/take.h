// take: the elements at given positions of one axis, in any order and number. What the engine's
// gather does to rows, for every axis. Positions are the caller's to check. Cost: one copy.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace engine::graph {

Tensor take(const Tensor& x, int axis, const std::vector<Index>& positions);

}  // namespace engine::graph
