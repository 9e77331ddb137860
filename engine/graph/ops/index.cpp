// What is read and written by place, on the host: elements at places that other inputs name, arrays
// made by place, and functions of the elements along one axis that the engine has no op for.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "engine/graph/ops/host.h"
#include "engine/graph/ops/table.h"
#include "engine/graph/ops/take.h"
#include "engine/ops/move.h"

namespace engine::graph {
namespace {

// Position i of an axis, negative ones from the end. Errors: outside.
Index inside(Index i, Index extent) {
  check(i >= -extent && i < extent, "index ", i, " is outside an axis of ", extent);
  return i < 0 ? i + extent : i;
}

}  // namespace

std::vector<Index> element_places(const Shape& shape, int axis, const Shape& from,
                                  const Whole& index) {
  bool fits = from.rank() == shape.rank();
  for (int i = 0; fits && i < shape.rank(); ++i) fits = i == axis || from[i] <= shape[i];
  check(fits, from, " names elements of ", shape);
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

namespace {

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

// The places of the elements that input 1 names.
std::vector<Index> named_places(const Call& c) {
  const Shape shape = c.in(0).shape();
  return element_places(shape, shape.axis(static_cast<int>(c.integer("axis", 0))), c.in(1).shape(),
                        c.numbers(1));
}

void gather_elements(const Call& c) { c.out(picked(c.in(0), c.in(1).shape(), named_places(c))); }

void scatter_elements(const Call& c) {
  check(c.in(2).shape() == c.in(1).shape(), c.in(2).shape(), " updates for ", c.in(1).shape());
  c.out(scattered(c, named_places(c)));
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
  const Whole& flags = c.numbers(1);
  const Value x = c.given("axis")
                      ? c.in(0)
                      : moved(c.in(0), [](const Tensor& t) { return reshape(t, {t.size()}); });
  const int axis = x.shape().axis(static_cast<int>(c.integer("axis", 0)));
  std::vector<Index> chosen;
  for (Index i = 0; i < std::min<Index>(x.shape()[axis], static_cast<Index>(flags.size())); ++i)
    if (flags[i]) chosen.push_back(i);
  c.out(in_place(x, [&](const Tensor& t) { return take(t, x.place(axis), chosen); }));
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
        " is not a position for a new axis of ", from);
  std::vector<Index> extents(from.begin(), from.end());
  extents.insert(extents.begin() + axis, depth);
  const Shape shape = c.shape(extents);
  extents[axis] = 1;
  const Value index = moved(c.in(0), [&](const Tensor& t) { return reshape(t, Shape(extents)); });
  const Value on = places_on_lines(index, static_cast<int>(axis), depth, [&](const auto& line) {
    auto at = static_cast<double>(line[0]);
    if (at < 0) at += static_cast<double>(depth);
    Whole flags(static_cast<std::size_t>(depth), 0);
    if (at >= 0 && at < static_cast<double>(depth)) flags[static_cast<std::size_t>(at)] = 1;
    return flags;
  });
  c.out(picked(values, shape, on.whole()));
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

// --- Lines along an axis ---------------------------------------------------------------------

int axis_of(const Call& c, Index axis) {
  const Shape shape = c.in(0).shape();
  check(axis >= -shape.rank() && axis < shape.rank(), "axis ", axis, " does not exist in ", shape);
  return shape.axis(static_cast<int>(axis));
}

// The one whole number that an input holds.
Index whole_input(const Call& c, int i) {
  check(c.in(i).size() == 1, "input ", i, " must be one number, got ", c.in(i).shape());
  return c.numbers(i)[0];
}

// What sums and products are kept in: reals in double; whole numbers wrap around where they would
// overflow.
template <class Number>
using Wide = std::conditional_t<std::is_integral_v<Number>, std::uint64_t, double>;

void cumsum(const Call& c) {
  const int axis = axis_of(c, whole_input(c, 1));
  const bool exclusive = c.integer("exclusive", 0) != 0, reverse = c.integer("reverse", 0) != 0;
  c.out(on_lines(c.in(0), axis, c.in(0).shape()[axis], [&](auto line) {
    using Number = typename decltype(line)::value_type;
    if (reverse) std::reverse(line.begin(), line.end());
    Wide<Number> sum = 0;
    for (Number& x : line) {
      const auto before = sum;
      sum += static_cast<Wide<Number>>(x);
      x = static_cast<Number>(exclusive ? before : sum);
    }
    if (reverse) std::reverse(line.begin(), line.end());
    return line;
  }));
}

// One where the first largest element lies, else zero. Before opset 13 the axes from `axis` on
// were one.
void hardmax(const Call& c) {
  const Value& x = c.in(0);
  if (x.is_whole()) unsupported("not supported for ", name_of(x.type()));
  const int axis = axis_of(c, c.integer("axis", c.opset() < 13 ? 1 : -1));
  Shape lines = x.shape();
  if (c.opset() < 13) {
    lines = {1, 1};
    for (int i = 0; i < x.rank(); ++i) lines[i < axis ? 0 : 1] *= x.shape()[i];
  }
  const int along = c.opset() < 13 ? 1 : axis;
  const Value rows = moved(x, [&](const Tensor& t) { return reshape(t, lines); });
  const Value ones = on_lines(rows, along, lines[along], [](auto line) {
    const auto best = std::max_element(line.begin(), line.end()) - line.begin();
    for (std::size_t k = 0; k < line.size(); ++k) line[k] = static_cast<std::ptrdiff_t>(k) == best;
    return line;
  });
  c.out(moved(ones, [&](const Tensor& t) { return reshape(t, x.shape()); }));
}

// The k largest (or smallest) along an axis, in order, and where they were. Not a number counts as
// larger than all, as in NumPy.
void top_k(const Call& c) {
  const Value& x = c.in(0);
  const int axis = axis_of(c, c.integer("axis", -1));
  const bool largest = c.integer("largest", 1) != 0;
  const Index k = c.opset() < 10 ? c.whole("k") : whole_input(c, 1), extent = x.shape()[axis];
  check(k >= 0 && k <= extent, "the first ", k, " of ", extent);
  const Value places = places_on_lines(x, axis, k, [&](const auto& line) {
    Whole order(line.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
      const auto p = line[a], q = line[b];
      if (p != p || q != q) return largest ? p != p && q == q : p == p && q != q;
      return largest ? p > q : p < q;
    });
    return order;
  });
  const Shape shape = places.shape();
  c.out(picked(x, shape, element_places(x.shape(), axis, shape, places.whole())));
  c.out(places, 1);
}

// The place of the first (or last) largest (or smallest) element.
template <bool Largest>
void arg(const Call& c) {
  const Value& x = c.in(0);
  const int axis = axis_of(c, c.integer("axis", 0));
  const bool last = c.integer("select_last_index", 0) != 0;
  check(x.shape()[axis] > 0, x.shape(), " has no largest element");
  const Value places = places_on_lines(x, axis, 1, [&](const auto& line) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < line.size(); ++k)
      if ((Largest ? line[k] > line[best] : line[k] < line[best]) ||
          (last && line[k] == line[best]))
        best = k;
    return Whole{static_cast<Index>(best)};
  });
  if (c.integer("keepdims", 1) != 0) return c.out(places);
  Shape dropped;
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis) dropped.push_back(x.shape()[i]);
  c.out(Value(dropped, places.whole()));
}

void reduce_product(const Call& c) {
  const Value& x = c.in(0);
  const std::vector<Index> axes = c.integers("axes", 1, {});
  if (axes.empty() && c.integer("noop_with_empty_axes", 0) != 0) return c.out(x);
  std::vector<bool> gone(static_cast<std::size_t>(x.rank()), axes.empty());
  for (const Index axis : axes) gone[axis_of(c, axis)] = true;
  std::vector<int> order;  // the axes that stay, then those that go
  Shape ones = x.shape(), dropped;
  for (const bool going : {false, true})
    for (int i = 0; i < x.rank(); ++i) {
      if (gone[i] == going) order.push_back(i);
      if (gone[i] == going) going ? void(ones[i] = 1) : dropped.push_back(x.shape()[i]);
    }
  Index factors = 1;
  for (int i = 0; i < x.rank(); ++i) factors *= gone[i] ? x.shape()[i] : 1;
  const Value rows = moved(x, [&](const Tensor& t) {
    return reshape(reordered(t, order), {dropped.size(), factors});
  });
  const Value products = on_lines(rows, 1, 1, [](const auto& line) {
    using Number = typename std::decay_t<decltype(line)>::value_type;
    Wide<Number> product = 1;
    for (const Number factor : line) product *= static_cast<Wide<Number>>(factor);
    return std::vector<Number>{static_cast<Number>(product)};
  });
  const Shape shape = c.integer("keepdims", 1) != 0 ? ones : dropped;
  c.out(moved(products, [&](const Tensor& t) { return reshape(t, shape); }));
}

const Operator kIndexOperators[] = {
    {"ArgMax", arg<true>},
    {"ArgMin", arg<false>},
    {"Compress", compress},
    {"CumSum", cumsum},
    {"EyeLike", eye_like},
    {"GatherElements", gather_elements},
    {"GatherND", gather_nd},
    {"Hardmax", hardmax},
    {"NonZero", nonzero},
    {"OneHot", one_hot},
    {"ReduceProd", reduce_product},
    {"Scatter", scatter_elements},  // its name before opset 11
    {"ScatterElements", scatter_elements},
    {"ScatterND", scatter_nd},
    {"TopK", top_k},
    {"Trilu", trilu},
};

}  // namespace

std::span<const Operator> index_operators() { return kIndexOperators; }

}  // namespace engine::graph
