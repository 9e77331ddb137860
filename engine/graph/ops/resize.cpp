// Resizing, one axis at a time from the last to the first: nearest, linear and cubic, in all of
// ONNX's coordinate systems. `linear` with `asymmetric` and sizes is TensorFlow 1's ResizeBilinear
// to the bit: scale = in / out and x scale in float32, then a + (b - a) d, width before height.
#include <algorithm>
#include <cmath>

#include "engine/graph/ops/table.h"
#include "engine/graph/ops/take.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

// The resizing of one axis.
struct Line {
  Index from, to;
  float scale;       // to / from, as given
  bool by_size;      // the sizes were given, not the scales
  float start, end;  // the region of tf_crop_and_resize
};

struct Mode {
  std::string kind, coordinates, nearest;
  float cubic;
  bool exclude_outside;
  float extrapolation;
};

// The position in the original of element i of the result.
float coordinate(const Mode& mode, const Line& line, Index i) {
  const float x = static_cast<float>(i), n = static_cast<float>(line.from);
  const float m = line.by_size ? static_cast<float>(line.to) : n * line.scale;
  const auto back = [&](float at) { return line.by_size ? at * (n / m) : at / line.scale; };
  if (mode.coordinates == "asymmetric") return back(x);
  if (mode.coordinates == "half_pixel") return back(x + 0.5f) - 0.5f;
  if (mode.coordinates == "pytorch_half_pixel") return line.to > 1 ? back(x + 0.5f) - 0.5f : 0.f;
  if (mode.coordinates == "align_corners") return line.to > 1 ? x * (n - 1) / (m - 1) : 0.f;
  if (mode.coordinates == "tf_half_pixel_for_nn") return back(x + 0.5f);
  if (mode.coordinates == "tf_crop_and_resize")
    return line.to > 1 ? line.start * (n - 1) + x * (line.end - line.start) * (n - 1) / (m - 1)
                       : 0.5f * (line.start + line.end) * (n - 1);
  unsupported("coordinates by ", mode.coordinates);
}

Index clamped(const Line& line, float at) {  // NaN or out of range: clamped to an end
  if (!(at > 0)) return 0;
  return at < static_cast<float>(line.from - 1) ? static_cast<Index>(at) : line.from - 1;
}

float nearest(const std::string& mode, float at) {
  if (mode == "round_prefer_floor") return std::ceil(at - 0.5f);
  if (mode == "round_prefer_ceil") return std::floor(at + 0.5f);
  if (mode == "floor") return std::floor(at);
  if (mode == "ceil") return std::ceil(at);
  unsupported("nearest by ", mode);
}

// A number for each element of an axis, shaped to multiply.
Tensor along(const Tensor& x, int axis, const std::vector<Real>& numbers) {
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) shape.push_back(i == axis ? x.dim(axis) : 1);
  return Tensor::from(shape, numbers);
}

Tensor linear(const Tensor& x, int axis, const Line& line, const std::vector<float>& at) {
  std::vector<Index> low, high;
  std::vector<Real> part;
  for (float position : at) {
    const float floor = std::floor(position);
    low.push_back(clamped(line, floor));
    high.push_back(clamped(line, floor + 1));
    part.push_back(position - floor);
  }
  const Tensor a = take(x, axis, low), b = take(x, axis, high);
  return a + (b - a) * along(a, axis, part);
}

// The weights of the four neighbors at a distance t in [0, 1) from the second.
std::array<float, 4> cubic_weights(float a, float t) {
  const auto inner = [a](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto outer = [a](float d) { return ((d - 5) * d + 8) * d * a - 4 * a; };
  return {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
}

Tensor cubic(const Tensor& x, int axis, const Line& line, const Mode& mode,
             const std::vector<float>& at) {
  std::array<std::vector<Index>, 4> taps;
  std::array<std::vector<Real>, 4> weights;
  for (float position : at) {
    const float floor = std::floor(position);
    std::array<float, 4> w = cubic_weights(mode.cubic, position - floor);
    float total = 0;
    for (int k = 0; k < 4; ++k) {
      const float tap = floor + static_cast<float>(k - 1);
      if (mode.exclude_outside && (tap < 0 || tap >= static_cast<float>(line.from))) w[k] = 0;
      total += w[k];
      taps[k].push_back(clamped(line, tap));
    }
    for (int k = 0; k < 4; ++k) weights[k].push_back(w[k] / (mode.exclude_outside ? total : 1));
  }
  Tensor sum;
  for (int k = 0; k < 4; ++k) {
    const Tensor tap = take(x, axis, taps[k]);
    sum = k == 0 ? tap * along(tap, axis, weights[k]) : sum + tap * along(tap, axis, weights[k]);
  }
  return sum;
}

Tensor resized(const Tensor& x, int axis, const Line& line, const Mode& mode) {
  std::vector<float> at;
  for (Index i = 0; i < line.to; ++i) at.push_back(coordinate(mode, line, i));
  Tensor y;
  if (mode.kind == "nearest") {
    std::vector<Index> positions;
    for (float position : at) positions.push_back(clamped(line, nearest(mode.nearest, position)));
    y = take(x, axis, positions);
  } else if (mode.kind == "linear" || mode.kind == "bilinear") {
    y = linear(x, axis, line, at);
  } else if (mode.kind == "cubic") {
    y = cubic(x, axis, line, mode, at);
  } else {
    unsupported("resizing by ", mode.kind);
  }
  if (mode.coordinates != "tf_crop_and_resize") return y;
  std::vector<Real> inside;
  for (float position : at)
    inside.push_back(position >= 0 && position <= static_cast<float>(line.from - 1));
  const Tensor keep = along(y, axis, inside);
  return y * keep + mode.extrapolation * (1 - keep);
}

std::vector<float> floats(const Call& c, int i) {
  if (!c.has(i)) return {};
  const std::vector<Real> values = c.in(i).stored().values();
  return {values.begin(), values.end()};
}

// One line for each axis of the file's order, from scales or sizes for all axes or for `axes`.
void resize(const Call& c, const std::vector<float>& scales, const Whole& sizes,
            const std::vector<float>& region, const Mode& mode) {
  const Value& x = c.in(0);
  const Shape from = x.shape();
  std::vector<Index> axes;
  for (int i = 0; i < from.rank(); ++i) axes.push_back(i);
  axes = c.integers("axes", axes);
  const std::size_t count = axes.size();
  check((scales.size() == count && sizes.empty()) || (sizes.size() == count && scales.empty()),
        scales.size(), " scales and ", sizes.size(), " sizes for ", count, " axes of ", from);
  const bool crop = mode.coordinates == "tf_crop_and_resize";
  check(!crop || region.size() == 2 * count, "a region of ", region.size(), " numbers for ", count,
        " axes");
  places(x, axes);  // they exist
  Tensor y = x.stored();
  Shape shape = y.shape();
  for (std::size_t k = count; k-- > 0;) {
    Line line{from[static_cast<int>(axes[k])], 0, 1, scales.empty(), 0, 1};
    if (!line.by_size) line.scale = scales[k];
    const double to = line.by_size ? static_cast<double>(sizes[k])
                                   : std::floor(static_cast<double>(line.from) * line.scale);
    check(to >= 0 && to < 1e9 && line.scale > 0, "axis ", axes[k], " of ", from, " becomes ", to);
    line.to = static_cast<Index>(to);
    check(line.from > 0 || line.to == 0, from, " has nothing to resize");
    if (crop) line.start = region[k], line.end = region[count + k];
    const int axis = x.place(static_cast<int>(axes[k]));
    shape[axis] = line.to;
    c.allow(shape);
    if (line.from != line.to || (!line.by_size && line.scale != 1) || crop)
      y = resized(y, axis, line, mode);
  }
  c.out(x.with(y));
}

void resize(const Call& c) {
  Mode mode{c.text("mode", "nearest"),
            c.text("coordinate_transformation_mode", "half_pixel"),
            c.text("nearest_mode", "round_prefer_floor"),
            c.real("cubic_coeff_a", -0.75f),
            c.integer("exclude_outside", 0) != 0,
            c.real("extrapolation_value", 0)};
  if (c.integer("antialias", 0) != 0) unsupported("antialiasing");
  if (c.text("keep_aspect_ratio_policy", "stretch") != "stretch")
    unsupported("keeping the aspect ratio");
  if (c.opset() < 11) {  // X, scales
    mode.coordinates = "asymmetric";
    mode.nearest = "floor";
    return resize(c, floats(c, 1), {}, {}, mode);
  }
  const bool scaled = c.has(2) && c.in(2).size() > 0;
  resize(c, scaled ? floats(c, 2) : std::vector<float>(), c.has(3) ? c.numbers(3) : Whole(),
         floats(c, 1), mode);
}

void upsample(const Call& c) {
  std::vector<float> scales = floats(c, 1);
  if (c.given("scales"))
    if (const auto* list = std::get_if<std::vector<float>>(&c.attribute("scales"))) scales = *list;
  resize(c, scales, {}, {}, {c.text("mode", "nearest"), "asymmetric", "floor", 0, false, 0});
}

const Operator kResizeOperators[] = {
    {"Resize", resize},
    {"Upsample", upsample},
};

}  // namespace

std::span<const Operator> resize_operators() { return kResizeOperators; }

}  // namespace engine::graph
