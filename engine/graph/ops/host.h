// Rows that look at their elements on the host, in the file's order, reals and whole numbers alike:
// the same lambda gets a vector of either. Cost: two copies where the values are on a device.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/graph/value.h"

namespace engine::graph {

// The vector that f makes of the elements of x, as a value of this shape and of the type of x.
template <class F>
Value on_elements(const Value& x, const Shape& shape, const F& f) {
  if (!x.is_whole()) return Value(Tensor::from(shape, f(x.tensor().values())), x.type());
  Whole result = f(Whole(x.whole()));
  for (std::int64_t& n : result) n = wrapped(x.type(), n);
  return {shape, std::move(result), x.type()};
}

// Calls f with the elements as numbers that compare as those of x do: reals, or whole numbers with
// or without a sign.
template <class F>
void with_elements(const Value& x, const F& f) {
  if (!x.is_whole()) return f(x.tensor().values());
  if (x.type() != Type::uint64) return f(x.whole());
  f(std::vector<std::uint64_t>(x.whole().begin(), x.whole().end()));
}

// How far apart the elements of each axis lie, row-major.
inline std::vector<Index> strides_of(const Shape& shape) {
  std::vector<Index> strides(static_cast<std::size_t>(shape.rank()), 1);
  for (int i = shape.rank() - 2; i >= 0; --i) strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

// Calls f(first, step) for each line along an axis: its elements are first + k step.
template <class F>
void each_line(const Shape& shape, int axis, const F& f) {
  const Index step = strides_of(shape)[axis], extent = shape[axis];
  if (shape.size() == 0) return;
  for (Index i = 0; i < shape.size() / extent; ++i) f(i / step * step * extent + i % step, step);
}

}  // namespace engine::graph
