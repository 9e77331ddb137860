// Moving values without computing: reshape (free), permute, slice, place, flip, pad, concat, and
// rows by index. All but reshape copy, in one pass. Axes may be negative.
// Errors: name the op and the shapes.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "engine/tensor.h"

namespace engine {

// The same values in another shape; one extent may be -1 and is inferred. Free.
Tensor reshape(const Tensor& x, const Shape& shape);
Tensor flatten(const Tensor& x);  // [N, ...] to [N, the rest]

// Axis i of the result is axis order[i] of x.
Tensor permute(const Tensor& x, const std::vector<int>& order);
Tensor transpose(const Tensor& x);  // of a matrix

// Elements begin, begin + step, ... below end of one axis. A negative end counts from the back.
Tensor slice(const Tensor& x, int axis, Index begin, Index end, Index step = 1);
// The adjoint of slice: x placed into zeros with `extent` elements along the axis.
Tensor place(const Tensor& x, int axis, Index begin, Index extent, Index step = 1);

Tensor flip(const Tensor& x, int axis);  // the elements of one axis in reverse order

// Adds `before` and `after` elements of this value at the ends of one axis.
Tensor pad(const Tensor& x, int axis, Index before, Index after, Real value = 0);

Tensor concat(std::span<const Tensor> parts, int axis);
inline Tensor concat(std::initializer_list<Tensor> parts, int axis) {
  return concat(std::span(parts.begin(), parts.size()), axis);
}

// Row index[i] of a table [rows, width]; index is [n], integers. The gradient accumulates.
Tensor gather(const Tensor& table, const Tensor& index);
Tensor scatter_add(const Tensor& rows, const Tensor& index, Index table_rows);
}  // namespace engine
