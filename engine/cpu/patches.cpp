#include "engine/cpu/patches.h"

#include <algorithm>
#include <cstring>

namespace engine::cpu {
namespace {

// Most runs are a few dozen numbers, too short for a call.
inline void copy_run(const Real* from, Index n, Real* to) {
  constexpr Index kStep = 8;
  if (n > 8 * kStep) {
    std::memcpy(to, from, sizeof(Real) * n);
  } else if (n >= kStep) {
    for (Index i = 0; i + kStep <= n; i += kStep)
      std::memcpy(to + i, from + i, sizeof(Real) * kStep);
    std::memcpy(to + n - kStep, from + n - kStep, sizeof(Real) * kStep);
  } else {
    for (Index i = 0; i < n; ++i) to[i] = from[i];
  }
}

}  // namespace

// Columns [first, last) of the taps along one line of the image; the leftmost tap is at `left`.
void Patches::fill_line(const Real* line, Index left, Index first, Index last, Real* to) const {
  for (Index at = first; at < last;) {
    const Index tap = at / channels, next = std::min(last, (tap + 1) * channels);
    const Index w = left + offset_w[tap] - offset_w.front();
    if (w < 0 || w >= width) {
      std::fill_n(to + at - first, next - at, Real(0));
    } else {
      copy_run(line + w * channels + at - tap * channels, next - at, to + at - first);
    }
    at = next;
  }
}

// Panels of channels of one tap: what the weight gradient asks for most of the time.
template <Index kPanel>
void Patches::fill_tap(Index m0, Index m1, Index tap, Index channel, Index panels, Real* to,
                       Index distance) const {
  const Index taps_w = static_cast<Index>(offset_w.size());
  const Index at_h = offset_h[tap / taps_w], at_w = offset_w[tap % taps_w];
  RowWalk at(order, m0);
  for (Index m = m0; m < m1; ++m, to += kPanel, at.next()) {
    const Index h = at.p * step_h + at_h, w = at.q * step_w + at_w;
    if (h >= 0 && h < height && w >= 0 && w < width) {
      const Real* from = image + ((at.sample * height + h) * width + w) * channels + channel;
      for (Index panel = 0; panel < panels; ++panel)
        std::memcpy(to + panel * distance, from + panel * kPanel, sizeof(Real) * kPanel);
    } else {
      for (Index panel = 0; panel < panels; ++panel)
        std::memset(to + panel * distance, 0, sizeof(Real) * kPanel);
    }
  }
}

void Patches::fill_panels(Index m0, Index m1, Index k0, Index k1, Index columns, Real* to,
                          Index distance) const {
  for (Index k = k0; k < k1;) {
    const Index tap = k / channels, channel = k % channels;
    Index panels = (std::min(k1, (tap + 1) * channels) - k) / columns;  // within the tap
    if (panels > 0 && columns == 32) {
      fill_tap<32>(m0, m1, tap, channel, panels, to, distance);
    } else if (panels > 0 && columns == 16) {
      fill_tap<16>(m0, m1, tap, channel, panels, to, distance);
    } else {
      fill(m0, m1, k, k + columns, to, columns);
      panels = 1;
    }
    k += panels * columns, to += panels * distance;
  }
}

void Patches::fill(Index m0, Index m1, Index k0, Index k1, Real* to, Index row) const {
  const Index taps_w = static_cast<Index>(offset_w.size()), line_length = taps_w * channels;
  if (k0 == k1) return;
  if (k0 / channels == (k1 - 1) / channels && row == k1 - k0) {
    if (row == 32) return fill_tap<32>(m0, m1, k0 / channels, k0 % channels, 1, to, 0);
    if (row == 16) return fill_tap<16>(m0, m1, k0 / channels, k0 % channels, 1, to, 0);
  }
  const bool adjacent = offset_w.back() - offset_w.front() == taps_w - 1;
  const Index first_tap = k0 / line_length;
  RowWalk at(order, m0);
  for (Index m = m0; m < m1; ++m, to += row, at.next()) {
    const Index left = at.q * step_w + offset_w.front();
    const bool whole = adjacent && left >= 0 && left + taps_w <= width;
    Index k = k0;
    for (Index tap = first_tap; k < k1; ++tap) {
      const Index end = std::min(k1, (tap + 1) * line_length), first = k - tap * line_length;
      const Index h = at.p * step_h + offset_h[tap];
      const Real* line = image + (at.sample * height + h) * width * channels;
      if (h < 0 || h >= height) {
        std::fill_n(to + k - k0, end - k, Real(0));
      } else if (whole) {  // the taps of this line lie side by side in memory
        copy_run(line + left * channels + first, end - k, to + k - k0);
      } else {
        fill_line(line, left, first, end - tap * line_length, to + k - k0);
      }
      k = end;
    }
  }
}

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

Patches forward_patches(const Window& w, const Real* x) {
  Patches patches{.image = x,
                  .height = w.height,
                  .width = w.width,
                  .channels = w.in,
                  .order = {.n = w.n, .rows_h = w.out_height, .rows_w = w.out_width},
                  .step_h = w.stride_h,
                  .step_w = w.stride_w,
                  .offset_h = {},
                  .offset_w = {}};
  for (Index a = 0; a < w.kernel_h; ++a) patches.offset_h.push_back(a * w.dilation_h - w.top);
  for (Index b = 0; b < w.kernel_w; ++b) patches.offset_w.push_back(b * w.dilation_w - w.left);
  patches.group_if_it_pays();
  return patches;
}

// Squares of four by four in registers.
void transpose(const Real* from, Index from_row, Index rows, Index columns, Real* to,
               Index to_row) {
  using Four __attribute__((vector_size(4 * sizeof(Real)))) = Real;
  const Index whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (Index i = 0; i < whole_rows; i += 4)
    for (Index j = 0; j < whole_columns; j += 4) {
      Four x[4];
      for (int r = 0; r < 4; ++r) std::memcpy(&x[r], from + (i + r) * from_row + j, sizeof(Four));
      const Four low01 = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
      const Four high01 = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
      const Four low23 = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
      const Four high23 = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
      x[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
      x[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
      x[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
      x[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
      for (int c = 0; c < 4; ++c) std::memcpy(to + (j + c) * to_row + i, &x[c], sizeof(Four));
    }
  for (Index i = 0; i < rows; ++i)
    for (Index j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
      to[j * to_row + i] = from[i * from_row + j];
}

}  // namespace engine::cpu
