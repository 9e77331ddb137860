// Reductions, and the functions along one axis.
#include "engine/graph/ops/reduce.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/functions.h"
#include "engine/graph/ops/host.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {

Tensor largest(const Tensor& x, const Axes& axes) {
  if (x.size() > 0) return max(x, axes, true);
  return full(sum(x, axes, true).shape(), -std::numeric_limits<Real>::infinity());
}

Scaled scaled(const Tensor& x, const Axes& axes) {
  if (x.size() == 0) return {x, ones(sum(x, axes, true).shape())};
  constexpr Real kMost = std::numeric_limits<Real>::max();  // infinity less itself is no number
  const Tensor top = minimum(max(abs(x), axes, true), full({}, kMost));
  const Tensor by = top + equal(top, zeros({}));
  return {x / by, by};
}

namespace {

using Reduce = Tensor (*)(const Tensor& x, const Axes& axes);  // keeps the axes, with extent 1

template <Reduce F>
void reduce(const Call& c) {
  const Value& x = c.in(0);
  std::vector<Index> axes = c.integers("axes", 1, {});
  if (axes.empty()) {
    // Over no axes: each element by itself.
    if (c.integer("noop_with_empty_axes", 0) != 0)
      return c.out(x.with(reshape(F(reshape(x.stored(), {x.size(), 1}), {1}), x.stored().shape())));
    axes.resize(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  const Value kept = x.with(F(x.stored(), places(x, axes)));
  if (c.integer("keepdims", 1) != 0) return c.out(kept);
  Shape shape;
  for (int i = 0; i < x.rank(); ++i)
    if (std::none_of(axes.begin(), axes.end(),
                     [&](Index axis) { return axis == i || axis + x.rank() == i; }))
      shape.push_back(x.shape()[i]);
  c.out(Value(reshape(kept.tensor(), shape), x.type()));
}

Tensor sum_of(const Tensor& x, const Axes& axes) { return sum(x, axes, true); }
Tensor mean_of(const Tensor& x, const Axes& axes) { return mean(x, axes, true); }
Tensor min_of(const Tensor& x, const Axes& axes) { return -largest(-x, axes); }
Tensor l1_of(const Tensor& x, const Axes& axes) { return sum(abs(x), axes, true); }
Tensor l2_of(const Tensor& x, const Axes& axes) {
  const Scaled s = scaled(x, axes);
  return s.by * sqrt(sum(square(s.values), axes, true));
}
Tensor squares_of(const Tensor& x, const Axes& axes) { return sum(square(x), axes, true); }
Tensor log_sum_of(const Tensor& x, const Axes& axes) { return log(sum(x, axes, true)); }
Tensor log_sum_exp_of(const Tensor& x, const Axes& axes) {
  constexpr Real kMost = std::numeric_limits<Real>::max();  // infinity less itself is no number
  const Tensor top = clamp(largest(x, axes), -kMost, kMost);
  return top + log(sum(exp(x - top), axes, true));
}

// Before opset 13 the axes from `axis` on were one (and the first was the default).
template <Tensor (*F)(const Tensor&, int)>
void softmax_like(const Call& c) {
  const Value& x = c.in(0);
  const int axis = static_cast<int>(c.integer("axis", c.opset() < 13 ? 1 : -1));
  if (!x.is_whole() && x.size() == 0) return c.out(x);
  if (c.opset() >= 13) return c.out(x.with(F(x.stored(), places(x, {axis})[0])));
  if (x.is_whole()) unsupported("not supported for ", name_of(x.type()));
  const Tensor values = x.tensor();
  const Shape shape = x.shape();
  const int from = axis == shape.rank() ? axis : shape.axis(axis);
  Index rows = 1;
  for (int i = 0; i < from; ++i) rows *= shape[i];
  const Tensor matrix = reshape(values, {rows, values.size() / rows});
  c.out(Value(reshape(F(matrix, 1), shape), x.type()));
}

// The place of the largest (or smallest) element: whole numbers, found on the host.
template <bool Largest>
void arg(const Call& c) {
  const Shape from = c.in(0).shape();
  const int axis = from.axis(static_cast<int>(c.integer("axis", 0)));
  const bool last = c.integer("select_last_index", 0) != 0;
  check(from[axis] > 0, from, " has no largest element");
  Index inner = 1;
  Shape shape = from, dropped;
  shape[axis] = 1;
  for (int i = 0; i < from.rank(); ++i) {
    if (i > axis) inner *= from[i];
    if (i != axis) dropped.push_back(from[i]);
  }
  Whole places;
  with_elements(c.in(0), [&](const auto& x) {
    for (Index i = 0; i < shape.size(); ++i) {
      const auto* line = x.data() + i / inner * from[axis] * inner + i % inner;
      Index best = 0;
      for (Index k = 1; k < from[axis]; ++k) {
        const auto a = line[k * inner], b = line[best * inner];
        if ((Largest ? a > b : a < b) || (last && a == b)) best = k;
      }
      places.push_back(best);
    }
  });
  c.out(Value(c.integer("keepdims", 1) != 0 ? shape : dropped, std::move(places)));
}

const Operator kReduceOperators[] = {
    {"ArgMax", arg<true>},
    {"ArgMin", arg<false>},
    {"LogSoftmax", softmax_like<log_softmax>},
    {"ReduceL1", reduce<l1_of>},
    {"ReduceL2", reduce<l2_of>},
    {"ReduceLogSum", reduce<log_sum_of>},
    {"ReduceLogSumExp", reduce<log_sum_exp_of>},
    {"ReduceMax", reduce<largest>},
    {"ReduceMean", reduce<mean_of>},
    {"ReduceMin", reduce<min_of>},
    {"ReduceSum", reduce<sum_of>},
    {"ReduceSumSquare", reduce<squares_of>},
    {"Softmax", softmax_like<softmax>},
};

}  // namespace

std::span<const Operator> reduce_operators() { return kReduceOperators; }

}  // namespace engine::graph
