#include "engine/ops/conv.h"

#include "engine/backend.h"
#include "engine/op.h"
#include "engine/ops/fused.h"
#include "engine/ops/fused_op.h"
#include "engine/ops/trilinear.h"

namespace engine {
namespace {

struct ConvOp : Op {
  Slot want;
  Window window;
  ConvOp(Slot want, const Window& window) : want(want), window(window) {}

  const char* name() const override {
    return want == Slot::Y ? "conv2d" : want == Slot::X ? "conv2d_transpose" : "conv2d_weight_grad";
  }

  Settings settings() const override { return settings_of(window); }
  const char* onnx() const override {
    return want == Slot::Y ? "Conv" : want == Slot::X ? "ConvTranspose" : nullptr;
  }

  Shape slot_shape(Slot slot) const {
    const Window& w = window;
    if (slot == Slot::X) return {w.n, w.height, w.width, w.in};
    if (slot == Slot::W) return {w.out, w.kernel_h, w.kernel_w, w.in};
    return {w.n, w.out_height, w.out_width, w.out};
  }

  Shape shape(Inputs in) const override {
    const Slot first = want == Slot::X ? Slot::W : Slot::X;
    const Slot second = want == Slot::Y ? Slot::W : Slot::Y;
    check(in[0].shape() == slot_shape(first) && in[1].shape() == slot_shape(second), name(), ": ",
          in[0].shape(), " and ", in[1].shape(), " are given where ", slot_shape(first), " and ",
          slot_shape(second), " are needed");
    return slot_shape(want);
  }

  void forward(Inputs in, const Tensor& out) const override {
    const Tensor& x = want == Slot::X ? out : in[0];
    const Tensor& w = want == Slot::W ? out : in[want == Slot::X ? 0 : 1];
    const Tensor& y = want == Slot::Y ? out : in[1];
    out.backend().conv(want, window, x.operand(), w.operand(), y.operand());
  }

  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return trilinear_vjp(want, i, g, in, [&](Slot slot, const Tensor& a, const Tensor& b) {
      return apply(ConvOp(slot, window), {a, b});
    });
  }
};

// Slot Y from (x, w) or slot X from (w, y), with a bias and an activation: the third input.
struct ConvBiasOp : FusedOp {
  ConvOp conv;
  Activation kind;
  Real slope;
  ConvBiasOp(const ConvOp& conv, const BiasActivation& epilogue)
      : conv(conv), kind(epilogue.kind), slope(epilogue.slope) {}

  const char* name() const override { return conv.name(); }
  Shape shape(Inputs in) const override {
    const Shape out = conv.shape(in.first(2));
    check(in[2].shape() == Shape{out[3]}, name(), ": bias ", in[2].shape(),
          " is not one number per channel of ", out);
    check_slope(name(), out, slope);
    return out;
  }
  Tensor evaluate(Inputs in) const override {
    // The gradients of these need no more than the sign of the result.
    const bool sign = kind == Activation::relu || kind == Activation::leaky_relu;
    const bool narrow = sign && Device::current().backend().narrows(conv.want, conv.window);
    const Tensor out = narrow ? Tensor::bfloat16(shape(in)) : Tensor(shape(in));
    forward(in, out);
    return out;
  }
  void forward(Inputs in, const Tensor& out) const override {
    const bool forward = conv.want == Slot::Y;
    const Tensor &x = forward ? in[0] : out, &w = in[forward ? 1 : 0], &y = forward ? out : in[1];
    out.backend().conv_bias(conv.want, conv.window, x.operand(), w.operand(), y.operand(), kind,
                            slope, in[2].data());
  }
  Tensor definition(Inputs in) const override {
    return bias_activation(apply(ConvOp(conv), in.first(2)), in[2], kind, slope);
  }
  void backward(const Tensor& g, Inputs in, const Tensor& out, std::span<const char> wanted,
                std::span<Tensor> cotangents) const override {
    Tensor before;  // the cotangent of the convolution's own result
    const bool narrow = g.backend().narrows(conv.want, conv.window);  // convolutions alone read it
    bias_activation_backward(kind, slope, out, g, narrow, before,
                             wanted[2] ? &cotangents[2] : nullptr);
    for (int i = 0; i < 2; ++i)
      if (wanted[i]) cotangents[i] = conv.vjp(i, before, in.first(2), out);
  }
};

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options) {
  return apply(ConvOp(Slot::Y, conv_window("conv2d", x.shape(), w.shape(), options)), {x, w});
}

Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options,
              const BiasActivation& epilogue) {
  const Window window = conv_window("conv2d", x.shape(), w.shape(), options);
  return apply(ConvBiasOp(ConvOp(Slot::Y, window), epilogue), {x, w, epilogue.bias});
}

Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, Index height,
                        Index width) {
  check_features(y.shape(), w.shape());
  const Shape image{y.dim(0), height, width, w.dim(3)};
  const Window window = conv_window("conv2d_transpose", image, w.shape(), options);
  return apply(ConvOp(Slot::X, window), {w, y});
}

Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, Pair extra) {
  return apply(ConvOp(Slot::X, transposed_window(y.shape(), w.shape(), options, extra)), {w, y});
}

Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, Pair extra,
                        const BiasActivation& epilogue) {
  return apply(ConvBiasOp(ConvOp(Slot::X, transposed_window(y.shape(), w.shape(), options, extra)),
                          epilogue),
               {w, y, epilogue.bias});
}

Tensor conv2d_weight_grad(const Tensor& x, const Tensor& y, const ConvOptions& options,
                          Pair kernel) {
  check(x.rank() == 4 && y.rank() == 4, "conv2d_weight_grad: expected images [N, H, W, C], got ",
        x.shape(), " and ", y.shape());
  const Shape weight{y.dim(3), kernel.h, kernel.w, x.dim(3)};
  const Window window = conv_window("conv2d_weight_grad", x.shape(), weight, options);
  return apply(ConvOp(Slot::W, window), {x, y});
}

}  // namespace engine
