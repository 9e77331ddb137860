#include "engine/window.h"

#include <algorithm>

#include "engine/check.h"

namespace engine {
namespace {

// How many windows fit along one axis.
Index count(const char* op, const Shape& image, Index extent, Index kernel, Index stride,
            Index dilation, Index before, Index after) {
  check(stride >= 1 && dilation >= 1 && kernel >= 1 && before >= 0 && after >= 0, op,
        ": stride, dilation and kernel must be at least 1 and padding at least 0, got ", stride,
        ", ", dilation, ", ", kernel, " and ", before, ", ", after);
  const Index reach = dilation * (kernel - 1) + 1, padded = extent + before + after;
  check(padded >= reach, op, ": a kernel that reaches ", reach, " does not fit into ", extent,
        " of ", image, " padded by ", before, " and ", after);
  return (padded - reach) / stride + 1;
}

}  // namespace

Window conv_window(const char* op, const Shape& image, const Shape& weight, const ConvOptions& o) {
  check(image.rank() == 4 && weight.rank() == 4 && image[3] == weight[3], op, ": input ", image,
        " [N, H, W, C] does not fit weight ", weight, " [O, kH, kW, C]");
  return {.n = image[0],
          .height = image[1],
          .width = image[2],
          .in = image[3],
          .out_height = count(op, image, image[1], weight[1], o.stride.h, o.dilation.h,
                              o.padding.top, o.padding.bottom),
          .out_width = count(op, image, image[2], weight[2], o.stride.w, o.dilation.w,
                             o.padding.left, o.padding.right),
          .out = weight[0],
          .kernel_h = weight[1],
          .kernel_w = weight[2],
          .stride_h = o.stride.h,
          .stride_w = o.stride.w,
          .dilation_h = o.dilation.h,
          .dilation_w = o.dilation.w,
          .top = o.padding.top,
          .left = o.padding.left};
}

Window pool_window(const char* op, const Shape& image, const PoolOptions& o) {
  check(image.rank() == 4, op, ": expected an input [N, H, W, C], got ", image);
  const Padding& p = o.padding;
  check(std::max(p.top, p.bottom) < o.kernel.h && std::max(p.left, p.right) < o.kernel.w, op,
        ": padding by ", p.top, ", ", p.bottom, ", ", p.left, ", ", p.right,
        " places whole windows of ", o.kernel.h, " x ", o.kernel.w, " outside ", image);
  const Shape kernel{image[3], o.kernel.h, o.kernel.w, image[3]};
  return conv_window(op, image, kernel, {.stride = o.stride, .padding = o.padding});
}

void check_features(const Shape& y, const Shape& w) {
  check(y.rank() == 4 && w.rank() == 4 && y[3] == w[0], "conv2d_transpose: ", y,
        " [N, P, Q, O] does not fit weight ", w, " [O, kH, kW, I]");
}

Shape transposed_image(const Shape& y, const Shape& w, const ConvOptions& o, Pair extra) {
  check_features(y, w);
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

Window transposed_window(const Shape& y, const Shape& w, const ConvOptions& options, Pair extra) {
  Shape image = transposed_image(y, w, options, extra);
  image[1] -= extra.h;  // the image that the windows need,
  image[2] -= extra.w;
  Window window = conv_window("conv2d_transpose", image, w, options);
  window.height += extra.h;  // and pixels beyond it
  window.width += extra.w;
  return window;
}

std::map<std::string, std::vector<double>> settings_of(const Window& w) {
  const auto pair = [](Index a, Index b) {
    return std::vector<double>{static_cast<double>(a), static_cast<double>(b)};
  };
  return {{"kernel", pair(w.kernel_h, w.kernel_w)},
          {"stride", pair(w.stride_h, w.stride_w)},
          {"dilation", pair(w.dilation_h, w.dilation_w)},
          {"padding", pair(w.top, w.left)}};
}

}  // namespace engine
