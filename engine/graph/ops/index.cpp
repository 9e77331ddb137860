// Elements read and written at places that other inputs name, and arrays made by place.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/graph/ops/host.h"
#include "engine/graph/ops/table.h"

namespace engine::graph {
namespace {

// Position i of an axis, negative ones from the end. Errors: outside.
Index inside(Index i, Index extent) {
  check(i >= -extent && i < extent, "index ", i, " is outside an axis of ", extent);
  return i < 0 ? i + extent : i;
}

// The elements at these flat places.
Value picked(const Value& x, const Shape& shape, const std::vector<Index>& places) {
  return on_elements(x, shape, [&](const auto& v) {
    std::decay_t<decltype(v)> result;
    result.reserve(places.size());
    for (const Index place : places) result.push_back(v[place]);
    return result;
  });
}

// x with the updates at these flat places, put there or combined with what is there.
Value scattered(const Call& c, const std::vector<Index>& places) {
  const Value &x = c.in(0), &updates = c.in(2);
  check(x.is_whole() == updates.is_whole(), name_of(updates.type()), " is put into ",
        name_of(x.type()));
  const std::string how = c.text("reduction", "none");
  constexpr std::array kKnown = {"none", "add", "mul", "max", "min"};
  if (std::find(kKnown.begin(), kKnown.end(), how) == kKnown.end()) unsupported("reduction ", how);
  const auto put = [&](auto v, const auto& u) {
    using Number = typename decltype(v)::value_type;
    using Exact = std::conditional_t<std::is_integral_v<Number>, std::uint64_t, Number>;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (how == "max" || how == "min") {
        if (how == "max" ? u[i] > v[places[i]] : u[i] < v[places[i]]) v[places[i]] = u[i];
        continue;
      }
      const auto a = static_cast<Exact>(v[places[i]]), b = static_cast<Exact>(u[i]);
      v[places[i]] = static_cast<Number>(how == "add" ? a + b : how == "mul" ? a * b : b);
    }
    return v;
  };
  if (x.is_whole()) return {x.shape(), put(Whole(x.whole()), updates.whole()), x.type()};
  return Value(Tensor::from(x.shape(), put(x.tensor().values(), updates.tensor().values())),
               x.type());
}

// Where in `shape` each element of input 1 points: its own place, but for one axis.
std::vector<Index> element_places(const Call& c) {
  const Shape shape = c.in(0).shape(), from = c.in(1).shape();
  const Whole& index = c.numbers(1);
  const int axis = shape.axis(static_cast<int>(c.integer("axis", 0)));
  check(from.rank() == shape.rank(), from, " names elements of ", shape);
  for (int i = 0; i < shape.rank(); ++i)
    check(i == axis || from[i] <= shape[i], from, " names elements of ", shape);
  const std::vector<Index> steps = strides_of(shape), own = strides_of(from);
  std::vector<Index> places;
  for (Index i = 0; i < from.size(); ++i) {
    Index place = inside(index[i], shape[axis]) * steps[axis];
    for (int k = 0; k < shape.rank(); ++k)
      if (k != axis) place += i / own[k] % from[k] * steps[k];
    places.push_back(place);
  }
  return places;
}

void gather_elements(const Call& c) { c.out(picked(c.in(0), c.in(1).shape(), element_places(c))); }

void scatter_elements(const Call& c) {
  check(c.in(2).shape() == c.in(1).shape(), c.in(2).shape(), " updates for ", c.in(1).shape());
  c.out(scattered(c, element_places(c)));
}

// The last axis of input 1 holds positions of the first axes of input 0, behind `batch` shared
// ones; each names a block of what is left. Returns the blocks' elements, and their shape.
std::vector<Index> block_places(const Call& c, int batch, Shape& shape) {
  const Shape from = c.in(0).shape(), index = c.in(1).shape();
  check(index.rank() >= 1 && batch >= 0 && batch < index.rank() && batch <= from.rank(), index,
        " names blocks of ", from, " behind ", batch, " axes");
  const Index depth = index[-1];
  check(depth >= 0 && batch + depth <= from.rank(), index, " names blocks of ", from);
  for (int i = 0; i < batch; ++i)
    check(index[i] == from[i], index, " names blocks of ", from, " behind ", batch, " axes");
  const std::vector<Index> steps = strides_of(from);
  std::vector<Index> extents(index.begin(), index.end() - 1);
  extents.insert(extents.end(), from.begin() + batch + depth, from.end());
  shape = c.shape(extents);
  Index block = 1, groups = 1;
  for (int i = batch + static_cast<int>(depth); i < from.rank(); ++i) block *= from[i];
  for (int i = 0; i < batch; ++i) groups *= from[i];
  const Whole& numbers = c.numbers(1);
  const Index rows = depth == 0 ? 0 : index.size() / depth;
  check(depth > 0, index, " names no axis of ", from);
  std::vector<Index> places;
  for (Index row = 0; row < rows; ++row) {
    Index place = groups == 0 ? 0 : row / (rows / groups) * (from.size() / groups);
    for (Index k = 0; k < depth; ++k) {
      const int axis = batch + static_cast<int>(k);
      place += inside(numbers[row * depth + k], from[axis]) * steps[axis];
    }
    for (Index i = 0; i < block; ++i) places.push_back(place + i);
  }
  return places;
}

void gather_nd(const Call& c) {
  Shape shape;
  const auto places = block_places(c, static_cast<int>(c.integer("batch_dims", 0)), shape);
  c.out(picked(c.in(0), shape, places));
}

void scatter_nd(const Call& c) {
  Shape shape;
  const std::vector<Index> places = block_places(c, 0, shape);
  check(c.in(2).shape() == shape, c.in(2).shape(), " updates for ", shape);
  c.out(scattered(c, places));
}

// The slices of an axis (or the elements of all) whose flag is set.
void compress(const Call& c) {
  const Value& x = c.in(0);
  const Whole& flags = c.numbers(1);
  const Shape from = c.given("axis") ? x.shape() : Shape{x.size()};
  const int axis = from.axis(static_cast<int>(c.integer("axis", 0)));
  std::vector<Index> chosen;
  for (Index i = 0; i < std::min<Index>(from[axis], static_cast<Index>(flags.size())); ++i)
    if (flags[i]) chosen.push_back(i);
  Shape shape = from;
  shape[axis] = static_cast<Index>(chosen.size());
  const std::vector<Index> to = strides_of(shape), steps = strides_of(from);
  std::vector<Index> places;
  for (Index i = 0; i < shape.size(); ++i) {
    Index place = 0;
    for (int k = 0; k < shape.rank(); ++k) {
      const Index at = i / to[k] % shape[k];
      place += (k == axis ? chosen[at] : at) * steps[k];
    }
    places.push_back(place);
  }
  c.out(picked(x, shape, places));
}

void nonzero(const Call& c) {
  const Value& x = c.in(0);
  const std::vector<Index> steps = strides_of(x.shape());
  std::vector<Index> found;
  const auto look = [&](const auto& v) {
    for (std::size_t i = 0; i < v.size(); ++i)
      if (v[i] != 0) found.push_back(static_cast<Index>(i));
  };
  x.is_whole() ? look(x.whole()) : look(x.tensor().values());
  Whole numbers;
  for (int axis = 0; axis < x.rank(); ++axis)
    for (const Index i : found) numbers.push_back(i / steps[axis] % x.shape()[axis]);
  c.out(Value(Shape{x.rank(), static_cast<Index>(found.size())}, std::move(numbers)));
}

// A new axis of `depth` elements: input 2's second number at the index, its first elsewhere.
void one_hot(const Call& c) {
  const Shape from = c.in(0).shape();
  check(c.number(1) >= 0 && c.number(1) < 1e9, "a depth of ", c.number(1));
  const auto depth = static_cast<Index>(c.number(1));
  const Value& values = c.in(2);
  check(values.size() == 2, "the values are ", values.shape(), ", two are needed");
  Index axis = c.integer("axis", -1);
  if (axis < 0) axis += from.rank() + 1;
  check(axis >= 0 && axis <= from.rank() && from.rank() < Shape::kMaxRank, "axis ", axis,
        " is no place for a new axis of ", from);
  std::vector<Index> extents(from.begin(), from.end());
  extents.insert(extents.begin() + axis, depth);
  const Shape shape = c.shape(extents);
  const Index step = strides_of(shape)[axis];
  std::vector<Index> places(static_cast<std::size_t>(shape.size()), 0);
  const auto set = [&](const auto& index) {
    for (std::size_t i = 0; i < index.size(); ++i) {
      auto at = static_cast<double>(index[i]);
      if (at < 0) at += static_cast<double>(depth);
      if (!(at >= 0 && at < static_cast<double>(depth))) continue;  // all off
      const auto line = static_cast<Index>(i);
      places[line / step * step * depth + static_cast<Index>(at) * step + line % step] = 1;
    }
  };
  c.in(0).is_whole() ? set(c.in(0).whole()) : set(c.in(0).tensor().values());
  c.out(picked(values, shape, places));
}

// Matrices with what lies above (or below) a diagonal set to zero.
void trilu(const Call& c) {
  const Value& x = c.in(0);
  const bool upper = c.integer("upper", 1) != 0;
  check(x.rank() >= 2, "matrices are needed, got ", x.shape());
  const Index rows = x.shape()[-2], columns = x.shape()[-1];
  const double diagonal = c.has(1) ? c.number(1) : 0;
  c.out(on_elements(x, x.shape(), [&](auto v) {
    for (Index i = 0; i < static_cast<Index>(v.size()); ++i) {
      const auto off = static_cast<double>(i % columns - i / columns % rows);
      if (upper ? off < diagonal : off > diagonal) v[i] = 0;
    }
    return v;
  }));
}

// Ones on a diagonal of a matrix of the shape of x.
void eye_like(const Call& c) {
  const Value& x = c.in(0);
  const Type type = static_cast<Type>(c.integer("dtype", static_cast<Index>(x.type())));
  if (bytes_of(type) == 0) unsupported("ones of ", name_of(type));
  check(x.rank() == 2, "a matrix is needed, got ", x.shape());
  const Index k = c.integer("k", 0);
  Whole ones;
  for (Index i = 0; i < x.shape()[0]; ++i)
    for (Index j = 0; j < x.shape()[1]; ++j)
      ones.push_back(static_cast<double>(j - i) == static_cast<double>(k));
  if (!is_real(type)) return c.out(Value(x.shape(), std::move(ones), type));
  c.out(Value(Tensor::from(x.shape(), {ones.begin(), ones.end()}), type));
}

const Operator kIndexOperators[] = {
    {"Compress", compress},
    {"EyeLike", eye_like},
    {"GatherElements", gather_elements},
    {"GatherND", gather_nd},
    {"NonZero", nonzero},
    {"OneHot", one_hot},
    {"Scatter", scatter_elements},  // its name before opset 11
    {"ScatterElements", scatter_elements},
    {"ScatterND", scatter_nd},
    {"Trilu", trilu},
};

}  // namespace

std::span<const Operator> index_operators() { return kIndexOperators; }

}  // namespace engine::graph
