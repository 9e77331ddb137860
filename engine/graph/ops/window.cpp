#include "engine/graph/ops/window.h"

#include <algorithm>

#include "engine/ops/fused.h"
#include "engine/ops/move.h"

namespace engine::graph {

std::vector<Index> per_axis(const Call& call, const char* name, std::size_t axes, Index least,
                            Index otherwise) {
  constexpr Index kMost = Index{1} << 24;  // so that no product of a few of them overflows
  const std::vector<Index> values = call.integers(name, std::vector<Index>(axes, otherwise));
  check(values.size() == axes, "attribute ", name, " has ", values.size(), " numbers for ", axes,
        " axes");
  for (Index value : values)
    check(value >= least && value <= kMost, "attribute ", name, " is ", value);
  return values;
}

std::vector<Steps> window_steps(const Call& call, const Shape& image,
                                const std::vector<Index>& kernel) {
  const std::size_t axes = kernel.size();
  check(image.rank() == static_cast<int>(axes) + 2, "an image with ", axes,
        " spatial axes is needed, got [N, ..., C] ", image);
  if (axes < 1 || axes > 3) unsupported(axes, " spatial axes");
  const std::vector<Index> strides = per_axis(call, "strides", axes, 1, 1);
  const std::vector<Index> dilations = per_axis(call, "dilations", axes, 1, 1);
  std::vector<Index> both(2 * axes, 0);
  const std::string automatic = call.text("auto_pad", "NOTSET");
  const bool given = automatic.empty() || automatic == "NOTSET";
  if (given) both = per_axis(call, "pads", 2 * axes, 0, 0);
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  check(given || same || automatic == "VALID", "auto_pad is '", automatic, "'");

  std::vector<Steps> result;
  for (std::size_t i = 0; i < axes; ++i) {
    Steps s{image[static_cast<int>(i) + 1],
            kernel[i],
            strides[i],
            dilations[i],
            both[i],
            both[axes + i]};
    check(s.kernel >= 1 && s.kernel <= Index{1} << 24, "a kernel of ", s.kernel);
    if (same) {
      const Index windows = (s.extent + s.stride - 1) / s.stride;
      const Index total = std::max<Index>((windows - 1) * s.stride + s.reach() - s.extent, 0);
      s.before = automatic == "SAME_UPPER" ? total / 2 : (total + 1) / 2;
      s.after = total - s.before;
    }
    const Index room = s.extent + s.before + s.after - s.reach();
    // One more window in ceil_mode, if it still begins on the image or the padding before it: that
    // may be the first, of a kernel larger than the image.
    if (call.integer("ceil_mode", 0) != 0 && room > -s.stride && room % s.stride != 0) {
      const Index begin = room < 0 ? 0 : (room / s.stride + 1) * s.stride;
      if (begin < s.extent + s.before) s.overflow = begin - room;
    }
    check(room + s.overflow >= 0, "a kernel that reaches ", s.reach(), " does not fit ", s.extent,
          " padded by ", s.before, " and ", s.after);
    result.push_back(s);
  }
  return result;
}

Tensor with_height(const Tensor& x) {
  return x.rank() == 3 ? reshape(x, {x.dim(0), 1, x.dim(1), x.dim(2)}) : x;
}

Activation activation_of(const Call& c) {
  const std::string name = c.text("activation", "");
  return name == "Relu"        ? Activation::relu
         : name == "LeakyRelu" ? Activation::leaky_relu
         : name == "Tanh"      ? Activation::tanh
                               : Activation::none;
}

Tensor finished(const Call& c, int bias_input, const Tensor& y) {
  const Activation kind = activation_of(c);
  if (!c.has(bias_input) && kind == Activation::none) return y;
  const Tensor bias = c.has(bias_input) ? c.in(bias_input).tensor() : zeros({y.dim(-1)});
  return bias_activation(y, bias, kind, c.real("slope", 0));
}

std::vector<Index> traced_pads(const TracedOp& t, const Shape& large, const Shape& small) {
  const std::vector<Index> kernel = t.whole("kernel"), stride = t.whole("stride"),
                           dilation = t.whole("dilation"), before = t.whole("padding");
  std::vector<Index> pads = before;
  for (int i = 0; i < 2; ++i)
    pads.push_back((small[i + 1] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - before[i] -
                   large[i + 1]);
  return pads;
}

TracedOp::Attributes traced_window(const TracedOp& t, std::vector<Index> pads) {
  for (Index& pad : pads) pad = std::max<Index>(pad, 0);
  return {{"kernel_shape", t.whole("kernel")}, {"strides", t.whole("stride")}, {"pads", pads}};
}

}  // namespace engine::graph
