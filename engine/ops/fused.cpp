#include "engine/ops/fused.h"

#include <algorithm>

#include "engine/backend.h"
#include "engine/grad.h"
#include "engine/ops/fused_op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"
#include "engine/shared_batch.h"

namespace engine {
namespace {

// The same values as a new node, so that a gradient can be taken at exactly this point.
struct AliasOp : Op {
  const char* name() const override { return "alias"; }
  const char* onnx() const override { return "Identity(x)"; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs, const Tensor&) const override {}
  Tensor evaluate(Inputs in) const override { return in[0].detach(); }
  Tensor vjp(int, const Tensor& g, Inputs, const Tensor&) const override { return g; }
};

// Rows of channels: what an array [..., C] is to a kernel.
struct Rows {
  Index rows, channels;
  explicit Rows(const Shape& shape)
      : rows(shape.size() / std::max<Index>(shape[-1], 1)), channels(shape[-1]) {}
};

Axes all_but_last(const Tensor& x) {
  Axes axes;
  for (int i = 0; i + 1 < x.rank(); ++i) axes.push_back(i);
  return axes;
}

void check_channels(const char* op, const Tensor& x, const Tensor& per_channel) {
  check(x.rank() >= 1 && per_channel.shape() == Shape{x.dim(-1)}, op, ": ", per_channel.shape(),
        " is not one number per channel of ", x.shape());
}

Tensor activated(const Tensor& x, Activation kind, Real slope) {
  switch (kind) {
    case Activation::relu:
      return relu(x);
    case Activation::leaky_relu:
      return leaky_relu(x, slope);
    case Activation::tanh:
      return tanh(x);
    case Activation::none:
      break;
  }
  return x;
}

struct BiasActivationOp : FusedOp {
  Activation kind;
  Real slope;
  BiasActivationOp(Activation kind, Real slope) : kind(kind), slope(slope) {}
  const char* name() const override { return "bias_activation"; }
  Shape shape(Inputs in) const override {
    check_channels(name(), in[0], in[1]);
    return in[0].shape();
  }
  void forward(Inputs in, const Tensor& out) const override {
    const Rows r(in[0].shape());
    out.backend().bias_activation(kind, slope, r.rows, r.channels, in[0].data(), in[1].data(),
                                  out.data());
  }
  Tensor definition(Inputs in) const override { return activated(in[0] + in[1], kind, slope); }
  void backward(const Tensor& g, Inputs, const Tensor& out, std::span<const char> wanted,
                std::span<Tensor> cotangents) const override {
    Tensor dx;
    bias_activation_backward(kind, slope, out, g, false, dx, wanted[1] ? &cotangents[1] : nullptr);
    if (wanted[0]) cotangents[0] = dx;
  }
};

// Inputs: x, gamma, beta. The moments of x are kept beside: a by-product, not an input.
struct BatchNormOp : FusedOp {
  Tensor stored;
  Real epsilon;
  Activation kind;
  Real slope;
  BatchNormOp(const Tensor& stored, Real epsilon, Activation kind, Real slope)
      : stored(stored), epsilon(epsilon), kind(kind), slope(slope) {}
  const char* name() const override { return "batch_norm"; }
  Shape shape(Inputs in) const override {
    check_channels(name(), in[0], in[1]);
    check_channels(name(), in[0], in[2]);
    check(stored.shape() == Shape{2, in[0].dim(-1)}, name(), ": moments ", stored.shape(),
          " do not belong to ", in[0].shape());
    return in[0].shape();
  }
  BatchNormTerms terms(Inputs in) const {
    const Rows r(in[0].shape());
    return {r.rows,       r.channels,    epsilon,      kind,        slope,
            in[0].data(), stored.data(), in[1].data(), in[2].data()};
  }
  void forward(Inputs in, const Tensor& out) const override {
    out.backend().batch_norm(terms(in), out.data());
  }
  Tensor definition(Inputs in) const override {
    const Axes axes = all_but_last(in[0]);
    const Tensor centred = in[0] - mean_over_sharers(mean(in[0], axes));
    const Tensor variance = mean_over_sharers(mean(square(centred), axes));
    return activated(centred * rsqrt(variance + epsilon) * in[1] + in[2], kind, slope);
  }
  void backward(const Tensor& g, Inputs in, const Tensor&, std::span<const char>,
                std::span<Tensor> cotangents) const override {
    for (int i = 0; i < 3; ++i) cotangents[i] = Tensor(in[i].shape());
    g.backend().batch_norm_grad(terms(in), g.data(), cotangents[0].data(), cotangents[1].data(),
                                cotangents[2].data());
    if (sharers() > 1) cotangents[0] = cotangents[0] + rest(in, cotangents[1], cotangents[2]);
  }
  // The kernel takes sum g / n and sum g h / n (h: x normalized) of its rows for those of the batch.
  // What is missing, gamma / deviation times their differences and h, is linear in x as batch norm is.
  Tensor rest(Inputs in, const Tensor& sum_gh, const Tensor& sum_g) const {
    const Tensor sums = concat({sum_gh, sum_g}, 0) / static_cast<Real>(Rows(in[0].shape()).rows);
    const Index channels = in[0].dim(-1);
    const Tensor missing = reshape(sums - mean_over_sharers(sums), {2, channels});
    const Tensor variance = reshape(slice(stored, 0, 1, 2), {channels});
    const Tensor factors = missing * (in[1] * rsqrt(variance + epsilon));
    return batch_norm(in[0], reshape(slice(factors, 0, 0, 1), {channels}),
                      reshape(slice(factors, 0, 1, 2), {channels}), stored, epsilon);
  }
};

// From the moments of this process's rows, as many as each has.
Tensor of_whole_batch(const Tensor& mine) {
  const NoGrad constant;
  const Tensor all = whole_batch(reshape(mine, {1, 2, mine.dim(1)}));
  const Tensor means = slice(all, 1, 0, 1), variances = slice(all, 1, 1, 2);
  const Tensor center = mean(means, {0});
  const Tensor variance = mean(variances + square(means - center), {0});
  return concat({center, variance}, 0);
}

}  // namespace

Tensor FusedOp::vjp(int i, const Tensor& g, Inputs in, const Tensor& out) const {
  TensorList cotangents(in.size());
  std::vector<char, FreeListAllocator<char>> wanted(in.size());
  wanted[i] = true;
  vjps(g, in, out, wanted, cotangents);
  return cotangents[i];
}

void check_slope(const char* op, const Shape& x, Real slope) {
  check(slope >= 0, op, ": a slope of ", slope, " for ", x,
        "; it must be at least 0, because the gradient uses the sign of the result");
}

void FusedOp::vjps(const Tensor& g, Inputs in, const Tensor& out, std::span<const char> wanted,
                   std::span<Tensor> cotangents) const {
  if (!grad_mode()) return backward(g, in, out, wanted, cotangents);
  TensorList here;
  for (const Tensor& input : in) here.push_back(apply(AliasOp(), {input}));
  TensorList flows = gradients(definition(here), here, true, g);
  std::copy(flows.begin(), flows.end(), cotangents.begin());
}

void bias_activation_backward(Activation kind, Real slope, const Tensor& z, const Tensor& g,
                              bool narrow, Tensor& dx, Tensor* dbias) {
  const Rows r(z.shape());
  dx = kind == Activation::none ? g : narrow ? Tensor::bfloat16(z.shape()) : Tensor(z.shape());
  if (dbias && kind == Activation::none) {
    *dbias = sum_to(g, {r.channels});
  } else if (dbias) {
    *dbias = Tensor({r.channels});
    z.backend().bias_activation_grads(kind, slope, r.rows, r.channels, z.operand(), g.data(),
                                      dx.operand(), dbias->data());
  } else if (kind != Activation::none) {
    z.backend().bias_activation_grad(kind, slope, z.size(), z.operand(), g.data(), dx.operand());
  }
}

Tensor bias_activation(const Tensor& x, const Tensor& bias, Activation kind, Real slope) {
  check_slope("bias_activation", x.shape(), slope);
  return apply(BiasActivationOp(kind, slope), {x, bias});
}

Tensor moments(const Tensor& x) {
  check(x.rank() >= 1 && x.size() > 0, "moments: expected [..., C], got ", x.shape());
  const Rows r(x.shape());
  Tensor out(Shape{2, r.channels});
  out.backend().moments(r.rows, r.channels, x.data(), out.data());
  return sharers() == 1 ? out : of_whole_batch(out);
}

Tensor batch_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, const Tensor& stored,
                  Real epsilon, Activation kind, Real slope) {
  check_slope("batch_norm", x.shape(), slope);
  return apply(BatchNormOp(stored, epsilon, kind, slope), {x, gamma, beta});
}

}  // namespace engine
