// Reductions over axes, and their adjoint, expansion. Sums equal the double result up to rounding.
// Axes may be negative; reduced axes are removed unless `keep`. Cost: one pass over x. Errors: an
// axis that does not exist; an empty axis has no maximum.
#pragma once

#include <initializer_list>
#include <vector>

#include "engine/tensor.h"

namespace engine {

using Axes = std::vector<int, FreeListAllocator<int>>;
Axes all_axes(const Tensor& x);  // 0 to rank - 1

// Sum, mean and maximum: of all elements (one number), or along some axes.
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, const Axes& axes, bool keep = false);
Tensor mean(const Tensor& x);
Tensor mean(const Tensor& x, const Axes& axes, bool keep = false);
Tensor max(const Tensor& x);
Tensor max(const Tensor& x, const Axes& axes, bool keep = false);  // ties share the gradient

// x summed down to a shape that broadcasts to it, and x repeated up to a shape it broadcasts to.
Tensor sum_to(const Tensor& x, const Shape& shape);
Tensor expand_to(const Tensor& x, const Shape& shape);

}  // namespace engine
