// Reductions, and the functions along one axis.
#include "engine/graph/ops/reduce.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/functions.h"
#include "engine/graph/ops/table.h"
#include "engine/graph/traced_op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {

Tensor largest(const Tensor& x, const Axes& axes) {
  if (x.size() > 0) return max(x, axes, true);
  return full(sum(x, axes, true).shape(), -std::numeric_limits<Real>::infinity());
}

Scaled scaled(const Tensor& x, const Axes& axes) {
  if (x.size() == 0) return {x, ones(sum(x, axes, true).shape())};
  constexpr Real kMost = std::numeric_limits<Real>::max();  // infinity minus infinity is NaN
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
  constexpr Real kMost = std::numeric_limits<Real>::max();  // infinity minus infinity is NaN
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

// Axis i of the input as one of the shape `to`, aligned at the last; -1: there is none.
int aligned(const TracedOp& t, int i) { return i - (t.shape(0).rank() - t.shape().rank()); }

Written write_sum(const TracedOp& t) {
  std::vector<Index> axes, gone;
  for (int i = 0; i < t.shape(0).rank(); ++i) {
    const int to = aligned(t, i);
    if (to < 0) gone.push_back(i);
    if (to < 0 || (t.shape()[to] == 1 && t.shape(0)[i] != 1)) axes.push_back(t.axis(i));
  }
  const Written sum = t.result("ReduceSum", {t.in(0), t.numbers(axes)}, {{"keepdims", Index{1}}});
  if (gone.empty()) return sum;
  return {t.node("Squeeze", {sum.name, t.numbers(gone)})};
}

Written write_max(const TracedOp& t) {
  std::vector<Index> axes;
  for (int i = 0; i < t.shape().rank(); ++i)
    if (t.shape()[i] == 1 && t.shape(0)[i] != 1) axes.push_back(t.axis(i));
  if (axes.empty()) return t.result("Identity", {t.in(0)});
  return t.result("ReduceMax", {t.in(0)}, {{"axes", axes}, {"keepdims", Index{1}}});
}

const Operator kReduceOperators[] = {
    {"LogSoftmax", softmax_like<log_softmax>},
    {"ReduceL1", reduce<l1_of>},
    {"ReduceL2", reduce<l2_of>},
    {"ReduceLogSum", reduce<log_sum_of>},
    {"ReduceLogSumExp", reduce<log_sum_exp_of>},
    {"ReduceMax", reduce<largest>, write_max},
    {"ReduceMean", reduce<mean_of>},
    {"ReduceMin", reduce<min_of>},
    {"ReduceSum", reduce<sum_of>, write_sum},
    {"ReduceSumSquare", reduce<squares_of>},
    {"Softmax", softmax_like<softmax>},
};

}  // namespace

std::span<const Operator> reduce_operators() { return kReduceOperators; }

}  // namespace engine::graph
