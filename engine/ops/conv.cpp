#include "engine/ops/conv.h"

#include <algorithm>

#include "engine/backend.h"
#include "engine/op.h"
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
    Real* x = want == Slot::X ? out.data() : in[0].data();
    Real* w = want == Slot::W ? out.data() : in[want == Slot::X ? 0 : 1].data();
    Real* y = want == Slot::Y ? out.data() : in[1].data();
    out.backend().conv(want, window, x, w, y);
  }

  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor&) const override {
    return trilinear_vjp(want, i, g, in, [&](Slot slot, const Tensor& a, const Tensor& b) {
      return apply(ConvOp(slot, window), {a, b});
    });
  }
};

void check_images(const Shape& y, const Shape& w) {
  check(y.rank() == 4 && w.rank() == 4 && y[3] == w[0], "conv2d_transpose: ", y,
        " [N, P, Q, O] does not fit weight ", w, " [O, kH, kW, I]");
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& w, const ConvOptions& options) {
  return apply(ConvOp(Slot::Y, conv_window("conv2d", x.shape(), w.shape(), options)), {x, w});
}

Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, Index height,
                        Index width) {
  check_images(y.shape(), w.shape());
  const Shape image{y.dim(0), height, width, w.dim(3)};
  const Window window = conv_window("conv2d_transpose", image, w.shape(), options);
  return apply(ConvOp(Slot::X, window), {w, y});
}

Shape transposed_image(const Shape& y, const Shape& w, const ConvOptions& o, Pair extra) {
  check_images(y, w);
  const auto extent = [](Index windows, Index kernel, Index stride, Index dilation, Index padding) {
    return (windows - 1) * stride + dilation * (kernel - 1) + 1 - padding;
  };
  const Index height =
      extent(y[1], w[1], o.stride.h, o.dilation.h, o.padding.top + o.padding.bottom);
  const Index width =
      extent(y[2], w[2], o.stride.w, o.dilation.w, o.padding.left + o.padding.right);
  check(height > 0 && width > 0 && extra.h >= 0 && extra.w >= 0 &&
            extra.h < std::max(o.stride.h, o.dilation.h) &&
            extra.w < std::max(o.stride.w, o.dilation.w),
        "conv2d_transpose: output padding ", extra.h, ", ", extra.w, " for ", y, " and weight ", w,
        "; it must be smaller than the stride or the dilation, and leave an image");
  return {y[0], height + extra.h, width + extra.w, w[3]};
}

Tensor conv2d_transpose(const Tensor& y, const Tensor& w, const ConvOptions& options, Pair extra) {
  Shape image = transposed_image(y.shape(), w.shape(), options, extra);
  image[1] -= extra.h;  // the image that the windows need,
  image[2] -= extra.w;
  Window window = conv_window("conv2d_transpose", image, w.shape(), options);
  window.height += extra.h;  // and pixels beyond it
  window.width += extra.w;
  return apply(ConvOp(Slot::X, window), {w, y});
}

Tensor conv2d_weight_grad(const Tensor& x, const Tensor& y, const ConvOptions& options,
                          Pair kernel) {
  check(x.rank() == 4 && y.rank() == 4, "conv2d_weight_grad: images are needed, got ", x.shape(),
        " and ", y.shape());
  const Shape weight{y.dim(3), kernel.h, kernel.w, x.dim(3)};
  const Window window = conv_window("conv2d_weight_grad", x.shape(), weight, options);
  return apply(ConvOp(Slot::W, window), {x, y});
}

}  // namespace engine
