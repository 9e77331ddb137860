#include "engine/functions.h"

#include <limits>

#include "engine/backend.h"
#include "engine/check.h"
#include "engine/ops/fused_op.h"
#include "engine/ops/matmul.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine {
namespace {

void check_image(const char* op, const Tensor& x) {
  check(x.rank() == 4, op, ": expected an input [N, H, W, C], got ", x.shape());
}

// The smallest normal number keeps the gradient of a zero tensor finite (it is zero).
Tensor norm_of_ops(const Tensor& x) {
  const Tensor scale = x.size() > 0 ? square_scale(x, all_axes(x)) : scalar(1);
  return scale * sqrt(sum(square(x / scale)) + std::numeric_limits<Real>::min());
}

// On devices where each op is a launch.
struct NormOp : FusedOp {
  const char* name() const override { return "norm"; }
  Shape shape(Inputs) const override { return {}; }
  void forward(Inputs in, const Tensor& out) const override {
    out.backend().norm(in[0].size(), in[0].data(), out.data());
  }
  Tensor definition(Inputs in) const override { return norm_of_ops(in[0]); }
  void backward(const Tensor& g, Inputs in, const Tensor& out, std::span<const char>,
                std::span<Tensor> cotangents) const override {
    cotangents[0] = in[0] * (g / out);
  }
};

}  // namespace

Tensor square_scale(const Tensor& x, const Axes& axes, bool keep) {
  const NoGrad constant;
  constexpr Real kLarge = sizeof(Real) == 4 ? Real(1e15F) : Real(1e150), kSmall = 1 / kLarge;
  const Tensor size = max(abs(x), axes, keep);
  const Tensor beyond = greater(size, scalar(kLarge)) +
                        greater(scalar(kSmall), size) * greater(size, scalar(0));  // 0 or 1
  return beyond * size + (1 - beyond);
}

Tensor norm(const Tensor& x) {
  return Device::current().backend().has_norm() ? apply(NormOp(), {x}) : norm_of_ops(x);
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

Tensor global_average_pool(const Tensor& x) {
  check_image("global_average_pool", x);
  return mean(x, {1, 2});
}

Tensor global_sum_pool(const Tensor& x) {
  check_image("global_sum_pool", x);
  return sum(x, {1, 2});
}

Tensor upsample_nearest(const Tensor& x, Pair factor) {
  check_image("upsample_nearest", x);
  check(factor.h >= 1 && factor.w >= 1, "upsample_nearest: a factor of ", factor.h, ", ", factor.w,
        " is not possible");
  const Shape& s = x.shape();
  const Tensor spread = expand_to(reshape(x, Shape{s[0], s[1], 1, s[2], 1, s[3]}),
                                  {s[0], s[1], factor.h, s[2], factor.w, s[3]});
  return reshape(spread, Shape{s[0], s[1] * factor.h, s[2] * factor.w, s[3]});
}

// Each row's 1 is followed by n zeros, so the next 1 is one further to the right.
Tensor eye(Index n) {
  const Tensor ones_apart = reshape(place(ones({n, 1}), 1, 0, n + 1), {n * (n + 1)});
  return reshape(slice(ones_apart, 0, 0, n * n), {n, n});
}

Tensor inverse(const Tensor& a) {
  check(a.rank() >= 2 && a.dim(-1) == a.dim(-2), "inverse: expected matrices [n, n], got ",
        a.shape());
  return solve(a, eye(a.dim(-1)));
}

Tensor one_hot(const Tensor& index, Index classes) {
  check(index.rank() == 1, "one_hot: expected integers [n], got ", index.shape());
  std::vector<Real> numbers(static_cast<std::size_t>(classes));
  for (Index c = 0; c < classes; ++c) numbers[c] = static_cast<Real>(c);
  return equal(reshape(index, Shape{index.dim(0), 1}), Tensor::from({1, classes}, numbers));
}

}  // namespace engine
