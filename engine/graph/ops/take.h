// take: the elements at given positions of one axis, in any order and number: the engine's gather
// for any axis. The caller checks the positions. Cost: one copy.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace engine::graph {

Tensor take(const Tensor& x, int axis, const std::vector<Index>& positions);

}  // namespace engine::graph
