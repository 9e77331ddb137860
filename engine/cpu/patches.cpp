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

}  // namespace engine::cpu
