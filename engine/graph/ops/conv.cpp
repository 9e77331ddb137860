// Convolutions with one to three spatial axes, in groups. One axis is two with a height of 1; three
// are a sum, over the taps of the first axis, of convolutions with two.
#include "engine/ops/conv.h"

#include <algorithm>

#include "engine/graph/ops/table.h"
#include "engine/graph/ops/window.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

ConvOptions options(const Steps& h, const Steps& w) {
  return {.stride = {h.stride, w.stride},
          .padding = {h.before, h.after, w.before, w.after},
          .dilation = {h.dilation, w.dilation}};
}

const Steps kUnit{1, 1, 1, 1, 0, 0};  // an axis that is not there

// Kernel [O, kD, kH, kW, I] at one tap of its first axis: [O, kH, kW, I].
Tensor tap_of(const Tensor& w, Index tap) {
  return reshape(slice(w, 1, tap, tap + 1), {w.dim(0), w.dim(2), w.dim(3), w.dim(4)});
}

// Images [N, D, H, W, C] as [N D, H, W, C].
Tensor slices_of(const Tensor& x) {
  return reshape(x, {x.dim(0) * x.dim(1), x.dim(2), x.dim(3), x.dim(4)});
}

Tensor restored(const Tensor& y, const Shape& shape) {
  return reshape(y, {shape[0], shape[1], y.dim(1), y.dim(2), y.dim(3)});
}

// --- Convolution -----------------------------------------------------------------------------

Tensor convolved(const Tensor& x, const Tensor& w, const std::vector<Steps>& s) {
  if (s.size() == 2) return conv2d(x, w, options(s[0], s[1]));
  if (s.size() == 1) {
    const Tensor y = conv2d(with_height(x), with_height(w), options(kUnit, s[0]));
    return reshape(y, {y.dim(0), y.dim(2), y.dim(3)});
  }
  const Tensor padded = pad(x, 1, s[0].before, s[0].after);
  Tensor total;
  for (Index tap = 0; tap < s[0].kernel; ++tap) {
    const Index begin = tap * s[0].dilation;
    const Tensor part =
        slice(padded, 1, begin, begin + (s[0].windows() - 1) * s[0].stride + 1, s[0].stride);
    const Tensor y = conv2d(slices_of(part), tap_of(w, tap), options(s[1], s[2]));
    total = tap == 0 ? restored(y, part.shape()) : total + restored(y, part.shape());
  }
  return total;
}

// f(group of x, group of w) for each group, joined; both are cut along the axes named.
template <class F>
Tensor grouped(const Call& c, const Tensor& x, const Tensor& w, const F& f) {
  const Index groups = c.integer("group", 1);
  if (groups == 1) return f(x, w);
  check(groups >= 1 && x.dim(-1) % groups == 0 && w.dim(0) % groups == 0, groups,
        " groups do not divide image [N, ..., C] ", x.shape(), " and kernel ", w.shape());
  const Index in = x.dim(-1) / groups, out = w.dim(0) / groups;
  std::vector<Tensor> parts;
  for (Index g = 0; g < groups; ++g)
    parts.push_back(f(slice(x, -1, g * in, (g + 1) * in), slice(w, 0, g * out, (g + 1) * out)));
  return concat(parts, -1);
}

std::vector<Index> spatial(const Tensor& w) {
  check(w.rank() >= 3, "a kernel with spatial axes is needed, got ", w.shape());
  return {w.shape().begin() + 1, w.shape().end() - 1};
}

// So that a hostile file is told before memory is asked for.
void allow(const Call& c, const Tensor& x, const std::vector<Index>& extents, Index channels) {
  Shape shape{x.dim(0)};
  for (Index extent : extents) shape.push_back(extent);
  shape.push_back(channels);
  c.allow(shape);
}

void conv(const Call& c) {
  const Tensor x = c.image(0), w = c.image(1);
  const std::vector<Steps> steps = window_steps(c, x.shape(), spatial(w));
  std::vector<Index> out, padded;
  for (const Steps& s : steps) {
    out.push_back(s.windows());
    padded.push_back(s.extent + s.before + s.after);
  }
  allow(c, x, out, w.dim(0));
  allow(c, x, padded, x.dim(-1));
  if (steps.size() == 2 && c.integer("group", 1) == 1 && c.has(2)) {  // most are: in one pass
    const Tensor bias = c.in(2).tensor();
    return c.out_image(
        conv2d(x, w, options(steps[0], steps[1]), {bias, activation_of(c), c.real("slope", 0)}));
  }
  const auto f = [&](const Tensor& xs, const Tensor& ws) { return convolved(xs, ws, steps); };
  c.out_image(finished(c, 2, grouped(c, x, w, f)));
}

// --- Transposed convolution ------------------------------------------------------------------

// Of one axis: the full extent that the windows cover, and where the result lies in it.
struct Cut {
  Index full, begin, extent;
};

// Makes axis i of y, which covers the full extent, the part that is asked for.
Tensor cut(const Tensor& y, int axis, const Cut& to) {
  const Index before = std::max<Index>(-to.begin, 0), begin = std::max<Index>(to.begin, 0);
  const Index end = std::min(to.begin + to.extent, to.full);
  if (begin == 0 && before == 0 && to.extent == to.full) return y;
  check(begin <= end, "the pads leave nothing of ", y.shape());
  return pad(slice(y, axis, begin, end), axis, before, to.extent - before - (end - begin));
}

// The full result: no padding cut off.
Tensor spread(const Tensor& y, const Tensor& w, const std::vector<Steps>& s,
              const std::vector<Cut>& cuts) {
  if (s.size() < 3) {
    const bool one = s.size() == 1;
    const Steps &a = one ? kUnit : s[0], &b = one ? s[0] : s[1];
    const ConvOptions o{.stride = {a.stride, b.stride}, .dilation = {a.dilation, b.dilation}};
    const Tensor x = conv2d_transpose(with_height(y), with_height(w), o, one ? 1 : cuts[0].full,
                                      cuts[one ? 0 : 1].full);
    return one ? reshape(x, {x.dim(0), x.dim(2), x.dim(3)}) : x;
  }
  const ConvOptions o{.stride = {s[1].stride, s[2].stride},
                      .dilation = {s[1].dilation, s[2].dilation}};
  Tensor total;
  for (Index tap = 0; tap < s[0].kernel; ++tap) {
    const Tensor x = conv2d_transpose(slices_of(y), tap_of(w, tap), o, cuts[1].full, cuts[2].full);
    const Tensor part =
        place(restored(x, y.shape()), 1, tap * s[0].dilation, cuts[0].full, s[0].stride);
    total = tap == 0 ? part : total + part;
  }
  return total;
}

// y is what ONNX calls the input. Its pads are cut off the full result; output_padding is added.
void conv_transpose(const Call& c) {
  const Tensor y = c.image(0), w = c.image(1);
  const std::vector<Index> kernel = spatial(w);
  const std::size_t axes = kernel.size();
  if (axes < 1 || axes > 3) unsupported(axes, " spatial axes");
  check(y.rank() == static_cast<int>(axes) + 2, "image ", y.shape(), " does not fit kernel ",
        w.shape());
  const std::vector<Index> strides = per_axis(c, "strides", axes, 1, 1),
                           dilations = per_axis(c, "dilations", axes, 1, 1),
                           extra = per_axis(c, "output_padding", axes, 0, 0);
  const std::string automatic = c.text("auto_pad", "NOTSET");
  const bool given = c.given("output_shape"), same = automatic.starts_with("SAME");
  std::vector<Index> pads(2 * axes, 0), wanted(axes, 0);
  if (automatic != "VALID" && !same) pads = per_axis(c, "pads", 2 * axes, 0, 0);
  if (given) wanted = per_axis(c, "output_shape", axes, 0, 0);

  std::vector<Steps> steps;
  std::vector<Cut> cuts;
  std::vector<Index> full, extents;
  for (std::size_t i = 0; i < axes; ++i) {
    const Index extent = y.dim(static_cast<int>(i) + 1);
    const Steps s{extent, kernel[i], strides[i], dilations[i], 0, 0};
    check(extent >= 1, "an image without pixels: ", y.shape());
    const Index covered = (extent - 1) * s.stride + s.reach();
    Cut to{covered, pads[i], covered + extra[i] - pads[i] - pads[axes + i]};
    if (given || same) {
      to.extent = given ? wanted[i] : extent * s.stride;
      const Index total = covered + extra[i] - to.extent;
      const Index half = total >> 1;  // rounded down, also where it is negative
      to.begin = automatic == "SAME_UPPER" ? half : total - half;
    }
    check(to.extent >= 0, "the pads leave nothing");
    steps.push_back(s);
    cuts.push_back(to);
    full.push_back(covered);
    extents.push_back(to.extent);
  }
  const Index channels = w.dim(-1) * c.integer("group", 1);
  allow(c, y, full, channels);
  allow(c, y, extents, channels);
  Tensor x = grouped(
      c, y, w, [&](const Tensor& ys, const Tensor& ws) { return spread(ys, ws, steps, cuts); });
  for (std::size_t i = 0; i < axes; ++i) x = cut(x, static_cast<int>(i) + 1, cuts[i]);
  c.out_image(finished(c, 2, x));
}

// --- Writing ---------------------------------------------------------------------------------

Written write_conv(const TracedOp& t) {
  auto attributes = traced_window(t, traced_pads(t, t.shape(0), t.shape()));
  attributes["dilations"] = t.whole("dilation");
  return {t.node("Conv", {t.image(0), t.image(1)}, attributes), true};
}

// Inputs: kernel, image.
Written write_conv_transpose(const TracedOp& t) {
  const std::vector<Index> pads = traced_pads(t, t.shape(), t.shape(1));
  auto attributes = traced_window(t, pads);
  attributes["dilations"] = t.whole("dilation");
  attributes["output_padding"] =
      std::vector<Index>{std::max<Index>(-pads[2], 0), std::max<Index>(-pads[3], 0)};
  return {t.node("ConvTranspose", {t.image(1), t.image(0)}, attributes), true};
}

const Operator kConvOperators[] = {
    {"Conv", conv, write_conv},
    {"ConvTranspose", conv_transpose, write_conv_transpose},
};

}  // namespace

std::span<const Operator> conv_operators() { return kConvOperators; }

}  // namespace engine::graph
