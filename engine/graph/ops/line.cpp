// Functions of the elements along one axis that the engine has no op for, on the host.
#include <cmath>
#include <numeric>

#include "engine/graph/ops/host.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"

namespace engine::graph {
namespace {

// The one whole number that an input holds.
Index whole_input(const Call& c, int i) {
  check(c.in(i).size() == 1, "input ", i, " must be one number, got ", c.in(i).shape());
  return c.numbers(i)[0];
}

int axis_of(const Call& c, Index axis) {
  const Shape shape = c.in(0).shape();
  check(axis >= -shape.rank() && axis < shape.rank(), "axis ", axis, " does not exist in ", shape);
  return shape.axis(static_cast<int>(axis));
}

void cumsum(const Call& c) {
  const Value& x = c.in(0);
  const int axis = axis_of(c, whole_input(c, 1));
  const bool exclusive = c.integer("exclusive", 0) != 0, reverse = c.integer("reverse", 0) != 0;
  const Index extent = x.shape()[axis];
  c.out(on_elements(x, x.shape(), [&](auto v) {
    using Number = typename decltype(v)::value_type;
    each_line(x.shape(), axis, [&](Index first, Index step) {
      // Reals are summed in double. Whole numbers wrap around where they would overflow.
      std::conditional_t<std::is_integral_v<Number>, std::uint64_t, double> sum = 0;
      for (Index k = 0; k < extent; ++k) {
        Number& at = v[first + (reverse ? extent - 1 - k : k) * step];
        const auto before = sum;
        sum += static_cast<decltype(sum)>(at);
        at = static_cast<Number>(exclusive ? before : sum);
      }
    });
    return v;
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
  c.out(on_elements(x, x.shape(), [&](auto v) {
    each_line(lines, along, [&](Index first, Index step) {
      Index best = first;
      for (Index k = 1; k < lines[along]; ++k)
        if (v[first + k * step] > v[best]) best = first + k * step;
      for (Index k = 0; k < lines[along]; ++k) {
        const Index at = first + k * step;
        v[at] = at == best;
      }
    });
    return v;
  }));
}

// The k largest (or smallest) along an axis, in order, and where they were. Not a number counts as
// larger than all, as in NumPy.
void top_k(const Call& c) {
  const Value& x = c.in(0);
  const int axis = axis_of(c, c.integer("axis", -1));
  const bool largest = c.integer("largest", 1) != 0;
  const Index k = c.opset() < 10 ? c.whole("k") : whole_input(c, 1);
  const Index extent = x.shape()[axis];
  check(k >= 0 && k <= extent, "the first ", k, " of ", extent);
  Shape shape = x.shape();
  shape[axis] = k;
  Whole places(static_cast<std::size_t>(shape.size()));
  std::vector<Index> from(places.size());  // where in x each result lies
  with_elements(x, [&](const auto& v) {
    std::vector<Index> order(static_cast<std::size_t>(extent));
    Index line = 0;
    const Index to_step = k > 0 ? strides_of(shape)[axis] : 1;
    each_line(x.shape(), axis, [&](Index first, Index step) {
      std::iota(order.begin(), order.end(), Index{0});
      std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        const auto p = v[first + a * step], q = v[first + b * step];
        if (p != p || q != q) return largest ? p != p && q == q : p == p && q != q;
        return largest ? p > q : p < q;
      });
      const Index to = line / to_step * to_step * k + line % to_step;
      for (Index i = 0; i < k; ++i) {
        from[to + i * to_step] = first + order[i] * step;
        places[to + i * to_step] = order[i];
      }
      ++line;
    });
  });
  c.out(on_elements(x, shape, [&](const auto& v) {
    std::decay_t<decltype(v)> chosen;
    for (const Index place : from) chosen.push_back(v[place]);
    return chosen;
  }));
  c.out(Value(shape, std::move(places)), 1);
}

void reduce_product(const Call& c) {
  const Value& x = c.in(0);
  std::vector<Index> axes = c.integers("axes", 1, {});
  if (axes.empty() && c.integer("noop_with_empty_axes", 0) != 0) return c.out(x);
  std::vector<bool> gone(static_cast<std::size_t>(x.rank()), axes.empty());
  for (const Index axis : axes) gone[axis_of(c, axis)] = true;
  Shape kept = x.shape(), dropped;
  for (int i = 0; i < x.rank(); ++i) gone[i] ? void(kept[i] = 1) : dropped.push_back(kept[i]);
  const std::vector<Index> from = strides_of(x.shape()), to = strides_of(kept);
  const Shape shape = c.integer("keepdims", 1) != 0 ? kept : dropped;
  c.out(on_elements(x, shape, [&](const auto& v) {
    using Number = typename std::decay_t<decltype(v)>::value_type;
    // Reals are multiplied in double; whole numbers wrap around where they would overflow.
    using Product = std::conditional_t<std::is_integral_v<Number>, std::uint64_t, double>;
    std::vector<Product> products(static_cast<std::size_t>(kept.size()), 1);
    for (Index i = 0; i < static_cast<Index>(v.size()); ++i) {
      Index at = 0;
      for (int axis = 0; axis < x.rank(); ++axis)
        if (!gone[axis]) at += i / from[axis] % x.shape()[axis] * to[axis];
      products[at] *= static_cast<Product>(v[i]);
    }
    std::decay_t<decltype(v)> result(products.size());
    std::transform(products.begin(), products.end(), result.begin(),
                   [](Product p) { return static_cast<Number>(p); });
    return result;
  }));
}

// Over all axes from `axis` on: (x - mean) / sqrt(variance + epsilon) * scale + bias.
void layer_normalization(const Call& c) {
  const Tensor x = c.in(0).tensor();
  Axes axes;
  for (int i = axis_of(c, c.integer("axis", -1)); i < x.rank(); ++i) axes.push_back(i);
  const Tensor average = mean(x, axes, true), centred = x - average;
  const Tensor inverse = rsqrt(mean(square(centred), axes, true) + c.real("epsilon", 1e-5f));
  Tensor y = centred * inverse * c.in(1).tensor();
  if (c.has(2)) y = y + c.in(2).tensor();
  c.out(Value(y, c.in(0).type()));
  c.out(Value(average), 1);
  c.out(Value(inverse), 2);
}

const Operator kLineOperators[] = {
    {"CumSum", cumsum},
    {"Hardmax", hardmax},
    {"LayerNormalization", layer_normalization},
    {"ReduceProd", reduce_product},
    {"TopK", top_k},
};

}  // namespace

std::span<const Operator> line_operators() { return kLineOperators; }

}  // namespace engine::graph
