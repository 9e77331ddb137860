// Pooling. The engine's pools serve images with one or two spatial axes; what they do not know
// (dilation, three axes, padding as wide as the window) is done one axis at a time, by taps.
#include "engine/ops/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/graph/ops/host.h"
#include "engine/graph/ops/reduce.h"
#include "engine/graph/ops/table.h"
#include "engine/graph/ops/window.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"

namespace engine::graph {
namespace {

enum class Kind { max, average };

// The tap'th element of every window along an axis of the padded x.
Tensor tap_of(const Tensor& padded, int axis, const Steps& s, Index tap) {
  const Index begin = tap * s.dilation;
  return slice(padded, axis, begin, begin + (s.windows() - 1) * s.stride + 1, s.stride);
}

// By what each window along one axis divides its sum: the elements of it that count.
std::vector<Real> shares(const Steps& s, bool count_padding) {
  const Index low = count_padding ? -s.before : 0;
  const Index high = s.extent + (count_padding ? s.after : 0);
  std::vector<Real> result;
  for (Index p = 0; p < s.windows(); ++p) {
    Index count = 0;
    for (Index tap = 0; tap < s.kernel; ++tap) {
      const Index at = p * s.stride - s.before + tap * s.dilation;
      count += at >= low && at < high;
    }
    result.push_back(Real(1) / static_cast<Real>(std::max<Index>(count, 1)));
  }
  return result;
}

Tensor pooled_by_taps(Tensor x, const std::vector<Steps>& steps, Kind kind, bool count_padding) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Steps& s = steps[i];
    const int axis = static_cast<int>(i) + 1;
    const Real fill = kind == Kind::max ? -std::numeric_limits<Real>::infinity() : 0;
    const Tensor padded = pad(x, axis, s.before, s.after + s.overflow, fill);
    x = tap_of(padded, axis, s, 0);
    for (Index tap = 1; tap < s.kernel; ++tap) {
      const Tensor next = tap_of(padded, axis, s, tap);
      x = kind == Kind::max ? maximum(x, next) : x + next;
    }
    if (kind == Kind::max) continue;
    Shape along;
    for (int other = 0; other < x.rank(); ++other) along.push_back(other == axis ? s.windows() : 1);
    x = x * Tensor::from(along, shares(s, count_padding));
  }
  return x;
}

Tensor pooled(const Tensor& x, const std::vector<Steps>& steps, Kind kind, bool count_padding) {
  const bool plain =
      steps.size() <= 2 && std::all_of(steps.begin(), steps.end(), [&](const Steps& s) {
        return s.dilation == 1 && std::max(s.before, s.after) < s.kernel &&
               (s.overflow == 0 || kind == Kind::max || !count_padding);
      });
  if (!plain || x.size() == 0) return pooled_by_taps(x, steps, kind, count_padding);
  const Steps unit{1, 1, 1, 1, 0, 0};
  const Steps &h = steps.size() == 1 ? unit : steps[0], &w = steps.back();
  const PoolOptions options{
      .kernel = {h.kernel, w.kernel},
      .stride = {h.stride, w.stride},
      .padding = {h.before, h.after + h.overflow, w.before, w.after + w.overflow},
      .count_padding = count_padding};
  const Tensor y =
      kind == Kind::max ? max_pool(with_height(x), options) : average_pool(with_height(x), options);
  return steps.size() == 1 ? reshape(y, {y.dim(0), y.dim(2), y.dim(3)}) : y;
}

// Where in the file's array [N, C, spatial...], counted flat, the first largest of each window
// lies.
Value places_of_maxima(const Call& c, const Tensor& image, const std::vector<Steps>& steps) {
  if (c.nhwc() || c.integer("storage_order", 0) != 0) unsupported("places in another order");
  const std::vector<Real> x = Value::image(image).tensor().values();
  const auto axes = static_cast<int>(steps.size());
  Shape from, windows, taps;
  Shape shape{image.dim(0), image.dim(-1)};
  for (const Steps& s : steps) {
    from.push_back(s.extent);
    windows.push_back(s.windows());
    taps.push_back(s.kernel);
    shape.push_back(s.windows());
  }
  c.allow({shape[0] * shape[1], windows.size(), taps.size()});  // looked at
  const std::vector<Index> to = strides_of(windows), within = strides_of(taps),
                           back = strides_of(from);
  Whole places;
  for (Index plane = 0; plane < shape[0] * shape[1]; ++plane)
    for (Index w = 0; w < windows.size(); ++w) {
      Index best = -1;
      for (Index t = 0; t < taps.size(); ++t) {
        Index place = plane * from.size();
        bool real = true;
        for (int i = 0; i < axes; ++i) {
          const Index at = w / to[i] % windows[i] * steps[i].stride - steps[i].before +
                           t / within[i] % taps[i] * steps[i].dilation;
          real = real && at >= 0 && at < from[i];
          place += at * back[i];
        }
        const bool larger = real && (best < 0 || x[place] > x[best] ||
                                     (std::isnan(x[place]) && !std::isnan(x[best])));
        if (larger) best = place;
      }
      places.push_back(best);
    }
  return {shape, std::move(places)};
}

template <Kind K>
void pool(const Call& c) {
  const bool whole = c.in(0).is_whole();  // as small as uint8, which Real holds exactly
  if (whole && (K != Kind::max || bytes_of(c.in(0).type()) > 2 || c.nhwc()))
    unsupported("not supported for ", name_of(c.in(0).type()));
  const Tensor x = whole ? Value(c.in(0).tensor()).image() : c.image(0);
  const std::vector<Steps> steps = window_steps(c, x.shape(), c.integers("kernel_shape", {}));
  Shape largest{x.dim(0)};
  for (const Steps& s : steps)
    largest.push_back(std::max(s.extent + s.before + s.after + s.overflow, s.windows()));
  largest.push_back(x.dim(-1));
  c.allow(largest);
  for (const Steps& s : steps) check(s.kernel <= 1 << 16, "a window of ", s.kernel);
  const Tensor y = pooled(x, steps, K, c.integer("count_include_pad", 0) != 0);
  if (c.outputs() > 1) c.out(places_of_maxima(c, x, steps), 1);
  if (!whole) return c.out_image(K == Kind::average ? finished(c, 1, y) : y);
  const Value result = Value::image(y);
  Whole numbers;
  for (const Real v : result.tensor().values())  // -infinity: a window of padding alone
    numbers.push_back(v < -1e6F ? 0 : static_cast<Index>(v));
  c.out(Value(result.shape(), std::move(numbers), c.in(0).type()));
}

template <Tensor (*F)(const Tensor&, const Axes&)>
void global(const Call& c) {
  const Tensor x = c.image(0);
  Axes axes;
  Shape shape = x.shape();
  for (int i = 1; i + 1 < x.rank(); ++i) {
    axes.push_back(i);
    shape[i] = 1;
  }
  c.out_image(shape.size() == 0 ? zeros(shape) : F(x, axes));
}

Tensor average(const Tensor& x, const Axes& axes) { return mean(x, axes, true); }

Written write_average_pool(const TracedOp& t) {
  auto attributes = traced_window(t, traced_pads(t, t.shape(0), t.shape()));
  attributes["count_include_pad"] = static_cast<Index>(t.setting("count_padding"));
  return {t.node("AveragePool", {t.image(0)}, attributes), true};
}

// Inputs: where the maximum is, and the values.
Written write_max_pool(const TracedOp& t) {
  const auto attributes = traced_window(t, traced_pads(t, t.shape(1), t.shape()));
  return {t.node("MaxPool", {t.image(1)}, attributes), true};
}

const Operator kPoolOperators[] = {
    {"AveragePool", pool<Kind::average>, write_average_pool},
    {"GlobalAveragePool", global<average>},
    {"GlobalMaxPool", global<largest>},
    {"MaxPool", pool<Kind::max>, write_max_pool},
};

}  // namespace

std::span<const Operator> pool_operators() { return kPoolOperators; }

}  // namespace engine::graph
