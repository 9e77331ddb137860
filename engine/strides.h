// Strides of row-major arrays, for the ops that read or write memory in another order.
#pragma once

#include <array>

#include "engine/geometry.h"
#include "engine/shape.h"

namespace engine {

using AxisStrides = std::array<Index, Shape::kMaxRank>;  // one stride per axis, in elements

// The strides of a contiguous array of this shape.
AxisStrides contiguous_strides(const Shape& shape);

// The strides that read an array of shape `from` as if it had shape `to`, with axes aligned at the
// last one: 0 where it repeats.
AxisStrides broadcast_strides(const Shape& from, const Shape& to);

// Both operands' strides over `out`, with neighboring axes merged where memory allows.
Strides broadcast_strides(const Shape& out, const Shape& x, const Shape& y);

// The same traversal with as few axes as possible: extents of 1 dropped, neighbors merged.
Strides merged(const Strides& strides);

}  // namespace engine
