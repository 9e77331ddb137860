#include "engine/ops/pool.h"

#include "engine/backend.h"
#include "engine/op.h"

namespace engine {
namespace {

// Averaging and spreading are each other's adjoint; so are picking (large to small) and putting
// (small to large) where x is largest. The last input is pooled; picking and putting take x before
// it, which determines positions and has no gradient.
struct PoolOp : Op {
  PoolMode mode;
  Window window;
  bool count_padding;
  PoolOp(PoolMode mode, const Window& window, bool count_padding = false)
      : mode(mode), window(window), count_padding(count_padding) {}

  bool averages() const { return mode == PoolMode::average || mode == PoolMode::spread; }
  bool enlarges() const { return mode == PoolMode::spread || mode == PoolMode::put; }
  const char* name() const override {
    if (averages()) return enlarges() ? "average_pool_adjoint" : "average_pool";
    return enlarges() ? "max_pool_adjoint" : "max_pool";
  }
  const char* onnx() const override {
    return enlarges() ? nullptr : averages() ? "AveragePool" : "MaxPool";
  }
  Settings settings() const override {
    Settings all = settings_of(window);
    if (averages()) all["count_padding"] = {double(count_padding)};
    return all;
  }
  Shape shape(Inputs) const override {
    const Window& w = window;
    return enlarges() ? Shape{w.n, w.height, w.width, w.in}
                      : Shape{w.n, w.out_height, w.out_width, w.in};
  }
  void forward(Inputs in, const Tensor& out) const override {
    Real *const given = in.back().data(), *const result = out.data();
    out.backend().pool(mode, window, count_padding, averages() ? nullptr : in[0].data(),
                       enlarges() ? result : given, enlarges() ? given : result);
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    if (averages())
      return apply(PoolOp(enlarges() ? PoolMode::average : PoolMode::spread, window, count_padding),
                   {g});
    if (i == 0) return {};
    return apply(PoolOp(enlarges() ? PoolMode::pick : PoolMode::put, window), {in[0], g});
  }
};

}  // namespace

Tensor average_pool(const Tensor& x, const PoolOptions& options) {
  const Window window = pool_window("average_pool", x.shape(), options);
  return apply(PoolOp(PoolMode::average, window, options.count_padding), {x});
}

Tensor max_pool(const Tensor& x, const PoolOptions& options) {
  const Window window = pool_window("max_pool", x.shape(), options);
  return apply(PoolOp(PoolMode::pick, window), {x.detach(), x});
}

}  // namespace engine
