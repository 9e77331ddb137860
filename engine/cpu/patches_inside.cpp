// Which patches lie outside the image as a whole, so that products leave their zeros out.
#include <algorithm>

#include "engine/cpu/patches.h"

namespace engine::cpu {
namespace {

// The taps that read inside [0, extent) from some pixel of [first, last] of an axis.
Range taps_inside(const Offsets& offsets, Index step, Index extent, Index first, Index last) {
  Range taps{0, static_cast<Index>(offsets.size())};
  while (!taps.empty() && last * step + offsets[taps.begin] < 0) ++taps.begin;
  while (!taps.empty() && first * step + offsets[taps.end - 1] >= extent) --taps.end;
  return taps;
}

// The pixels of [0, count) of an axis that some tap of [first, last] reads inside [0, extent).
Range pixels_inside(const Offsets& offsets, Index step, Index extent, Index count, Index first,
                    Index last) {
  Range pixels{0, count};
  while (!pixels.empty() && pixels.begin * step + offsets[last] < 0) ++pixels.begin;
  while (!pixels.empty() && (pixels.end - 1) * step + offsets[first] >= extent) --pixels.end;
  return pixels;
}

}  // namespace

Range Patches::columns_used(Index m0, Index m1, Index k0, Index k1) const {
  const RowWalk first(order, m0), last(order, m1 - 1);
  if (first.first() != last.first()) return {k0, k1};
  const Index taps_w = static_cast<Index>(offset_w.size());
  const Range h = taps_inside(offset_h, step_h, height, first.p, last.p);
  const Range w = first.p == last.p ? taps_inside(offset_w, step_w, width, first.q, last.q)
                                    : taps_inside(offset_w, step_w, width, 0, order.rows_w - 1);
  const auto used = [&](Index tap) {
    const Index a = tap / taps_w, b = tap % taps_w;
    return a >= h.begin && a < h.end && b >= w.begin && b < w.end;
  };
  Index begin = k0 / channels, end = (k1 - 1) / channels + 1;
  while (begin < end && !used(begin)) ++begin;
  while (begin < end && !used(end - 1)) --end;
  if (begin == end) return {k0, k0};
  return {std::max(k0, begin * channels), std::min(k1, end * channels)};
}

Range Patches::rows_used(Index m0, Index m1, Index k0, Index k1) const {
  const RowWalk first(order, m0), last(order, m1 - 1);
  if (first.first() != last.first()) return {m0, m1};
  const Index taps_w = static_cast<Index>(offset_w.size());
  const Index a = k0 / channels, b = (k1 - 1) / channels;
  const bool one_line = a / taps_w == b / taps_w;
  const Range h = pixels_inside(offset_h, step_h, height, order.rows_h, a / taps_w, b / taps_w);
  const Range w = pixels_inside(offset_w, step_w, width, order.rows_w, one_line ? a % taps_w : 0,
                                one_line ? b % taps_w : taps_w - 1);
  const auto used = [&](Index pixel) {
    const Index p = pixel / order.rows_w, q = pixel % order.rows_w;
    return p >= h.begin && p < h.end && q >= w.begin && q < w.end;
  };
  Index begin = first.p * order.rows_w + first.q, end = last.p * order.rows_w + last.q + 1;
  while (begin < end && !used(begin)) ++begin;
  while (begin < end && !used(end - 1)) --end;
  if (begin == end) return {m0, m0};
  const Index start = first.first() * order.rows_h * order.rows_w;
  return {std::max(m0, start + begin * first.count()), std::min(m1, start + end * first.count())};
}

void Patches::group_if_it_pays() {
  constexpr Index kGroup = 64, kFewChannels = 16;
  if (channels < kFewChannels || order.n == 1) return;
  const auto inside = [](const Offsets& offsets, Index step, Index extent, Index count) {
    Index taps = 0;
    for (Index pixel = 0; pixel < count; ++pixel) {
      const Range range = taps_inside(offsets, step, extent, pixel, pixel);
      taps += std::max<Index>(0, range.end - range.begin);
    }
    return static_cast<double>(taps) / static_cast<double>(count * offsets.size());
  };
  const double used = inside(offset_h, step_h, height, order.rows_h) *
                      inside(offset_w, step_w, width, order.rows_w);
  if (used < 0.95) order.group = std::min(order.n, kGroup);
}

}  // namespace engine::cpu
