#include "engine/ops/reduce.h"

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/strides.h"
#include "engine/update.h"

namespace engine {
namespace {

// Reduces to `to`, of the same rank, with 1 where an axis is reduced. A run of reduced axes that
// are neighbors is one pass; several runs take a pass each, the innermost first.
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
  if (x.shape() == to) overwrite(out, Tensor::view(x, 0, out.shape()));  // nothing to reduce
}

Shape aligned(const Shape& shape, int rank) {  // ones put in front
  Shape result;
  for (int i = shape.rank(); i < rank; ++i) result.push_back(1);
  for (Index extent : shape) result.push_back(extent);
  return result;
}

// Summing down to a shape that broadcasts, and expanding up to one: each is the other's gradient.
struct BroadcastOp : Op {
  Shape to;
  bool up;
  BroadcastOp(const Shape& to, bool up) : to(to), up(up) {}
  const char* name() const override { return up ? "expand_to" : "sum_to"; }
  const char* onnx() const override { return up ? "Expand" : "ReduceSum"; }
  Shape shape(Inputs in) const override {
    const Shape &from = in[0].shape(), &small = up ? from : to, &large = up ? to : from;
    check(small.rank() <= large.rank() && broadcast(name(), small, large) == large, name(), ": ",
          from, up ? " cannot be expanded to " : " cannot be summed to ", to);
    return to;
  }
  void forward(Inputs in, const Tensor& out) const override {
    if (!up) return reduce_runs(Reduction::sum, in[0], aligned(to, in[0].rank()), out);
    const Strides strides{to, broadcast_strides(in[0].shape(), to), contiguous_strides(to)};
    out.backend().copy(merged(strides), in[0].data(), out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    return g.shape() == in[0].shape() ? g : apply(BroadcastOp(in[0].shape(), !up), {g});
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

}  // namespace

Axes all_axes(const Tensor& x) {
  Axes axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  return axes;
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : apply(BroadcastOp(shape, false), {x});
}

Tensor expand_to(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : apply(BroadcastOp(shape, true), {x});
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

}  // namespace engine
