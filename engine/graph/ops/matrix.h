// Products of stacks of matrices, which several rows need.
#pragma once

#include "engine/graph/call.h"

namespace engine::graph {

// NumPy's matmul: a vector is a row on the left and a column on the right; the axes before the last
// two are broadcast. Errors: extents that do not fit; a result that is not allowed.
Tensor product(const Call& c, const Tensor& left, const Tensor& right);

}  // namespace engine::graph
