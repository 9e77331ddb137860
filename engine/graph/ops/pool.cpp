// Pooling. The engine's pools serve images with one or two spatial axes; what they do not know
// (dilation, three axes, padding as wide as the window) is done one axis at a time, by taps.
#include "engine/ops/pool.h"

#include <algorithm>
#include <limits>

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
    const Real fill = kind == Kind::max ? std::numeric_limits<Real>::lowest() : 0;
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

template <Kind K>
void pool(const Call& c) {
  const Tensor x = c.image(0);
  if (c.in(0).is_whole()) unsupported("not supported for ", name_of(c.in(0).type()));
  if (c.outputs() > 1) unsupported("the places of the maxima (the second output)");
  const std::vector<Steps> steps = window_steps(c, x.shape(), c.integers("kernel_shape", {}));
  Shape largest{x.dim(0)};
  for (const Steps& s : steps)
    largest.push_back(std::max(s.extent + s.before + s.after + s.overflow, s.windows()));
  largest.push_back(x.dim(-1));
  c.allow(largest);
  for (const Steps& s : steps) check(s.kernel <= 1 << 16, "a window of ", s.kernel);
  c.out_image(pooled(x, steps, K, c.integer("count_include_pad", 0) != 0));
}

template <Tensor (*F)(const Tensor&, const Axes&, bool)>
void global(const Call& c) {
  const Tensor x = c.image(0);
  Axes axes;
  for (int i = 1; i + 1 < x.rank(); ++i) axes.push_back(i);
  c.out_image(F(x, axes, true));
}

const Operator kRows[] = {
    {"AveragePool", pool<Kind::average>},
    {"GlobalAveragePool", global<mean>},
    {"GlobalMaxPool", global<max>},
    {"MaxPool", pool<Kind::max>},
};

}  // namespace

std::span<const Operator> pool_operators() { return kRows; }

}  // namespace engine::graph
