// Helpers for rows that process elements on the host, in the file's order, for reals and integers:
// the same lambda receives a vector of either. Cost: two copies if the values are on a device.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/graph/value.h"

namespace engine::graph {

// f applied to the vector of elements of x, as a value of this shape and of x's type.
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

// The row-major strides of the axes.
inline std::vector<Index> strides_of(const Shape& shape) {
  std::vector<Index> strides(static_cast<std::size_t>(shape.rank()), 1);
  for (int i = shape.rank() - 2; i >= 0; --i) strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

// The elements `v` of an array, with each line along an axis replaced by f(line), `extent` numbers.
template <class To, class From, class F>
std::vector<To> lines_of(const std::vector<From>& v, const Shape& shape, int axis, Index extent,
                         const F& f) {
  const Index n = shape[axis], step = strides_of(shape)[axis];
  Index lines = 1;
  for (int i = 0; i < shape.rank(); ++i) lines *= i == axis ? 1 : shape[i];
  std::vector<To> result(static_cast<std::size_t>(lines * extent));
  std::vector<From> line(static_cast<std::size_t>(n));
  for (Index i = 0; i < lines; ++i) {
    const Index outer = i / step * step, inner = i % step;
    for (Index k = 0; k < n; ++k) line[k] = v[outer * n + k * step + inner];
    const std::vector<To> made = f(line);
    for (Index k = 0; k < extent; ++k) result[outer * extent + k * step + inner] = made[k];
  }
  return result;
}

// The same for a value: f gives numbers of its type, or whole numbers.
inline Shape with_extent(Shape shape, int axis, Index extent) {
  shape[axis] = extent;
  return shape;
}
template <class F>
Value on_lines(const Value& x, int axis, Index extent, const F& f) {
  return on_elements(x, with_extent(x.shape(), axis, extent), [&](const auto& v) {
    using Number = typename std::decay_t<decltype(v)>::value_type;
    return lines_of<Number>(v, x.shape(), axis, extent, f);
  });
}
template <class F>
Value places_on_lines(const Value& x, int axis, Index extent, const F& f) {
  Whole places;
  with_elements(
      x, [&](const auto& v) { places = lines_of<std::int64_t>(v, x.shape(), axis, extent, f); });
  return {with_extent(x.shape(), axis, extent), std::move(places)};
}

// The elements of x at these flat indices.
inline Value picked(const Value& x, const Shape& shape, const std::vector<Index>& places) {
  return on_elements(x, shape, [&](const auto& v) {
    std::decay_t<decltype(v)> result;
    result.reserve(places.size());
    for (const Index place : places) result.push_back(v[place]);
    return result;
  });
}

// The flat index in `shape` of each element of `index`, an array of shape `from`: its own position,
// except along one axis, where it is the position (negative: from the end). Errors: out of range.
std::vector<Index> element_places(const Shape& shape, int axis, const Shape& from,
                                  const Whole& index);

}  // namespace engine::graph
