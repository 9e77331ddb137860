// Which convolutions are filtered, and how.
#include <limits>
#include <type_traits>

#include "engine/algorithm.h"
#include "engine/cpu/filtered.h"
#include "engine/cpu/product.h"

namespace engine::cpu {
namespace {

bool allowed(const Filter& filter) { return filter.exact || precision() != Precision::highest; }

// Multiplications, with what transforms cost in their place.
double cost(const Filtering& f) {
  constexpr double kTransform = 10;  // products in the time of one number transformed, about
  const double tiles = static_cast<double>(f.tiles()) * f.points();
  const double k = static_cast<double>(f.depth()), n = static_cast<double>(f.out);
  return tiles * (k * n + kTransform * (k + n)) + f.points() * k * n * kTransform;
}

// How fast the definition multiplies, with float32 as 1: it may use bf16, filters do not.
double direct_speed() {
  const Bf16Kernel* bf16 = bf16_kernel(isa());
  if (bf16 != nullptr && precision() == Precision::medium) return bf16->speed;
  if (bf16 != nullptr && precision() == Precision::high && bf16->fast_three) return bf16->speed / 3;
  return 1;
}

double direct_cost(const Filtering& f) {
  const double taps = static_cast<double>(f.h.taps * f.w.taps * f.phases());
  return static_cast<double>(f.n * f.h.results * f.w.results) * taps *
         static_cast<double>(f.in * f.out) / direct_speed();
}

std::optional<Filtering> best(Filtering f) {
  constexpr Index kFewChannels = 16;
  const bool always = algorithm() == Algorithm::filtered;
  // The double build, which golden values come from, computes the definition.
  if (std::is_same_v<Real, double> || algorithm() == Algorithm::direct) return std::nullopt;
  if (!always && (f.in < kFewChannels || f.out < kFewChannels)) return std::nullopt;
  std::optional<Filtering> found;
  const double direct = direct_cost(f);
  if (direct == 0) return found;  // nothing to filter: no images, channels or pixels
  double least = always ? std::numeric_limits<double>::infinity() : 0.95 * direct;
  for (int h = 0; h < kFilterCount; ++h)
    for (int w = 0; w < kFilterCount; ++w) {
      f.h.filter = h, f.w.filter = w;
      if (f.h.of().taps != f.h.taps || f.w.of().taps != f.w.taps) continue;
      if (f.points() == 1 || !allowed(f.h.of()) || !allowed(f.w.of())) continue;
      if (cost(f) < least) least = cost(f), found = f;
    }
  return found;
}

}  // namespace

std::optional<Filtering> filtering(const Window& w) {
  if (w.dilation_h != 1 || w.dilation_w != 1) return std::nullopt;
  const auto axis = [](Index source, Index stride, Index before, Index kernel, Index results) {
    return FilteredAxis{.source = source,
                        .source_step = stride,
                        .source_first = -before,
                        .phases = std::min(stride, kernel),
                        .kernel = kernel,
                        .taps = ceil_div(kernel, stride),
                        .tap_first = 0,
                        .tap_step = stride,
                        .results = results,
                        .result_first = 0,
                        .result_step = 1,
                        .result_extent = results};
  };
  return best({.h = axis(w.height, w.stride_h, w.top, w.kernel_h, w.out_height),
               .w = axis(w.width, w.stride_w, w.left, w.kernel_w, w.out_width),
               .n = w.n,
               .in = w.in,
               .out = w.out,
               .turned = false});
}

std::optional<Filtering> filtering_of_phase(const Window& w, Index first_h, Index first_w) {
  if (w.dilation_h != 1 || w.dilation_w != 1) return std::nullopt;
  const auto axis = [](Index source, Index stride, Index before, Index kernel, Index first,
                       Index extent) {
    Index tap = kernel - 1;  // the last one that meets the pixels `first`, `first` + stride, ...
    while (tap >= 0 && (first + before - tap) % stride != 0) --tap;
    return FilteredAxis{.source = source,
                        .source_step = 1,
                        .source_first = tap < 0 ? 0 : (first + before - tap) / stride,
                        .phases = 1,
                        .kernel = kernel,
                        .taps = tap < 0 ? 0 : tap / stride + 1,
                        .tap_first = tap,
                        .tap_step = -stride,
                        .results = ceil_div(extent - first, stride),
                        .result_first = first,
                        .result_step = stride,
                        .result_extent = extent};
  };
  return best({.h = axis(w.out_height, w.stride_h, w.top, w.kernel_h, first_h, w.height),
               .w = axis(w.out_width, w.stride_w, w.left, w.kernel_w, first_w, w.width),
               .n = w.n,
               .in = w.out,
               .out = w.in,
               .turned = true});
}

}  // namespace engine::cpu
