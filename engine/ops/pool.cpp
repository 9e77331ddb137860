#include "engine/ops/pool.h"

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/move.h"
#include "engine/ops/reduce.h"
#include "engine/ops/window_settings.h"

namespace engine {
namespace {

Shape large_shape(const Window& w) { return {w.n, w.height, w.width, w.in}; }
Shape small_shape(const Window& w) { return {w.n, w.out_height, w.out_width, w.in}; }

// Averaging and spreading are each other's adjoint.
struct AveragePoolOp : Op {
  Window window;
  bool count_padding, adjoint;
  AveragePoolOp(const Window& window, bool count_padding, bool adjoint)
      : window(window), count_padding(count_padding), adjoint(adjoint) {}
  const char* name() const override { return adjoint ? "average_pool_adjoint" : "average_pool"; }
  Settings settings() const override {
    Settings all = window_settings(window);
    all["count_padding"] = {double(count_padding)};
    return all;
  }
  const char* onnx() const override { return adjoint ? nullptr : "AveragePool"; }
  Shape shape(Inputs) const override { return adjoint ? large_shape(window) : small_shape(window); }
  void forward(Inputs in, const Tensor& out) const override {
    Real* given = in[0].data();
    out.backend().pool(adjoint ? PoolMode::spread : PoolMode::average, window, count_padding,
                       nullptr, adjoint ? out.data() : given, adjoint ? given : out.data());
  }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override {
    return apply(AveragePoolOp(window, count_padding, !adjoint), {g});
  }
};

// Inputs: x, which says where, and values. Picking (large to small) and putting (small to large)
// are each other's adjoint in the values; max_pool(x) picks from x itself.
struct MaxPoolOp : Op {
  Window window;
  bool put;
  MaxPoolOp(const Window& window, bool put) : window(window), put(put) {}
  const char* name() const override { return put ? "max_pool_adjoint" : "max_pool"; }
  Settings settings() const override { return window_settings(window); }
  const char* onnx() const override { return put ? nullptr : "MaxPool"; }
  Shape shape(Inputs) const override { return put ? large_shape(window) : small_shape(window); }
  void forward(Inputs in, const Tensor& out) const override {
    Real* values = in[1].data();
    out.backend().pool(put ? PoolMode::put : PoolMode::pick, window, false, in[0].data(),
                       put ? out.data() : values, put ? values : out.data());
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return i == 0 ? Tensor() : apply(MaxPoolOp(window, !put), {in[0], g});
  }
};

void check_image(const char* op, const Tensor& x) {
  check(x.rank() == 4, op, ": an input [N, H, W, C] is needed, got ", x.shape());
}

}  // namespace

Tensor average_pool(const Tensor& x, const PoolOptions& options) {
  const Window window = pool_window("average_pool", x.shape(), options);
  return apply(AveragePoolOp(window, options.count_padding, false), {x});
}

Tensor max_pool(const Tensor& x, const PoolOptions& options) {
  const Window window = pool_window("max_pool", x.shape(), options);
  return apply(MaxPoolOp(window, false), {x.detach(), x});
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

}  // namespace engine
