#include "engine/ops/reduce.h"

#include <limits>

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/strides.h"

namespace engine {
namespace {

// Reduces to `to`, of the same rank, with 1 where an axis is reduced. A run of reduced axes that
// are neighbours is one pass; several runs take a pass each, the innermost first.
void reduce_runs(Reduction kind, const Tensor& x, const Shape& to, const Tensor& out) {
  Shape left = x.shape();
  Tensor from = x;
  for (int last = left.rank() - 1; last >= 0; --last) {
    if (left[last] == to[last]) continue;
    int first = last;
    while (first > 0 && (left[first - 1] != to[first - 1] || left[first - 1] == 1)) --first;
    Index outer = 1, n = 1, inner = 1;
    for (int i = 0; i < left.rank(); ++i) (i < first ? outer : i <= last ? n : inner) *= left[i];
    for (int i = first; i <= last; ++i) left[i] = 1;
    const Tensor into = left == to ? out : Tensor(left);
    x.backend().reduce(kind, outer, n, inner, from.data(), into.data());
    from = into;
    last = first;
  }
  if (x.shape() == to) out.write(Tensor::view(x, 0, out.shape()));  // nothing to reduce
}

Shape aligned(const Shape& shape, int rank) {  // ones put in front
  Shape result;
  for (int i = shape.rank(); i < rank; ++i) result.push_back(1);
  for (Index extent : shape) result.push_back(extent);
  return result;
}

struct SumToOp : Op {
  Shape to;
  explicit SumToOp(const Shape& to) : to(to) {}
  const char* name() const override { return "sum_to"; }
  const char* onnx() const override { return "ReduceSum"; }
  Shape shape(Inputs in) const override {
    const Shape& from = in[0].shape();
    check(to.rank() <= from.rank() && broadcast(name(), from, to) == from, name(), ": ", from,
          " cannot be summed to ", to);
    return to;
  }
  void forward(Inputs in, const Tensor& out) const override {
    reduce_runs(Reduction::sum, in[0], aligned(to, in[0].rank()), out);
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    return expand_to(g, in[0].shape());
  }
};

struct ExpandToOp : Op {
  Shape to;
  explicit ExpandToOp(const Shape& to) : to(to) {}
  const char* name() const override { return "expand_to"; }
  const char* onnx() const override { return "Expand"; }
  Shape shape(Inputs in) const override {
    check(in[0].rank() <= to.rank() && broadcast(name(), in[0].shape(), to) == to, name(), ": ",
          in[0].shape(), " cannot be expanded to ", to);
    return to;
  }
  void forward(Inputs in, const Tensor& out) const override {
    const Strides strides{to, broadcast_strides(in[0].shape(), to), contiguous_strides(to)};
    out.backend().copy(merged(strides), in[0].data(), out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    return sum_to(g, in[0].shape());
  }
};

struct MaxOp : Op {
  Shape to;
  explicit MaxOp(const Shape& to) : to(to) {}
  const char* name() const override { return "max"; }
  const char* onnx() const override { return "ReduceMax"; }
  Shape shape(Inputs in) const override {
    check(in[0].size() > 0, "max: ", in[0].shape(), " has no elements");
    return to;
  }
  void forward(Inputs in, const Tensor& out) const override {
    reduce_runs(Reduction::max, in[0], to, out);
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor& out) const override {
    const Tensor at_maximum = equal(in[0], out);
    return g / sum_to(at_maximum, out.shape()) * at_maximum;
  }
};

// `shape` with these axes set to 1 and, unless kept, left out.
struct Reduced {
  Shape kept, dropped;
  Index count = 1;
  Reduced(const char* op, const Shape& shape, const Axes& axes) : kept(shape) {
    std::array<bool, Shape::kMaxRank> reduced{};
    for (int axis : axes) reduced[shape.axis(axis, op)] = true;
    for (int i = 0; i < shape.rank(); ++i) {
      if (reduced[i]) {
        count *= shape[i];
        kept[i] = 1;
      } else {
        dropped.push_back(shape[i]);
      }
    }
  }
};

Axes all_axes(const Tensor& x) {
  Axes axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  return axes;
}

}  // namespace

Tensor sum_to(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : apply(SumToOp(shape), {x});
}

Tensor expand_to(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : apply(ExpandToOp(shape), {x});
}

Tensor sum(const Tensor& x) { return sum_to(x, {}); }

Tensor sum(const Tensor& x, const Axes& axes, bool keep) {
  const Reduced to("sum", x.shape(), axes);
  const Tensor total = sum_to(x, to.kept);
  return keep ? total : reshape(total, to.dropped);
}

Tensor mean(const Tensor& x) { return sum(x) / static_cast<Real>(x.size()); }

Tensor mean(const Tensor& x, const Axes& axes, bool keep) {
  const Reduced to("mean", x.shape(), axes);
  return sum(x, axes, keep) / static_cast<Real>(to.count);
}

Tensor max(const Tensor& x) { return max(x, all_axes(x)); }

Tensor max(const Tensor& x, const Axes& axes, bool keep) {
  const Reduced to("max", x.shape(), axes);
  const Tensor largest = apply(MaxOp(to.kept), {x});
  return keep ? largest : reshape(largest, to.dropped);
}

Tensor square_scale(const Tensor& x, const Axes& axes, bool keep) {
  const NoGrad constant;
  constexpr Real kLarge = sizeof(Real) == 4 ? Real(1e15F) : Real(1e150), kSmall = 1 / kLarge;
  const Tensor size = max(abs(x), axes, keep);
  const Tensor beyond = greater(size, scalar(kLarge)) +
                        greater(scalar(kSmall), size) * greater(size, scalar(0));  // 0 or 1
  return beyond * size + (1 - beyond);
}

// The smallest normal number keeps the gradient of a zero tensor finite (it is zero).
Tensor norm(const Tensor& x) {
  const Tensor scale = x.size() > 0 ? square_scale(x, all_axes(x)) : scalar(1);
  return scale * sqrt(sum(square(x / scale)) + std::numeric_limits<Real>::min());
}

Tensor dot(const Tensor& x, const Tensor& y) { return sum(x * y); }

Tensor unit(const Tensor& x) { return x / norm(x); }

Tensor log_softmax(const Tensor& x, int axis) {
  axis = x.shape().axis(axis, "log_softmax");
  Tensor largest;
  {
    const NoGrad constant;  // any shift gives the same value and gradient
    largest = max(x, {axis}, true);
  }
  const Tensor shifted = x - largest;
  return shifted - log(sum(exp(shifted), {axis}, true));
}

Tensor softmax(const Tensor& x, int axis) {
  return exp(log_softmax(x, x.shape().axis(axis, "softmax")));
}

}  // namespace engine
