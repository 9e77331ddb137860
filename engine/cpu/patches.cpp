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

// A panel's width of channels of one tap: what the weight gradient asks for most of the time.
template <Index kPanel>
void Patches::fill_tap(Index m0, Index m1, Index tap, Index channel, Real* to, Index row) const {
  const Index taps_w = static_cast<Index>(offset_w.size());
  const Index at_h = offset_h[tap / taps_w], at_w = offset_w[tap % taps_w];
  Index q = m0 % rows_w, p = m0 / rows_w % rows_h, sample = m0 / (rows_w * rows_h);
  for (Index m = m0; m < m1; q = 0) {
    const Index end = std::min(rows_w, q + m1 - m), h = p * step_h + at_h;
    const Real* line = image + (sample * height + h) * width * channels + channel;
    const bool inside = h >= 0 && h < height;
    for (m += end - q; q < end; ++q, to += row) {
      const Index w = q * step_w + at_w;
      if (inside && w >= 0 && w < width) {
        std::memcpy(to, line + w * channels, sizeof(Real) * kPanel);
      } else {
        std::memset(to, 0, sizeof(Real) * kPanel);
      }
    }
    if (++p == rows_h) p = 0, ++sample;
  }
}

void Patches::fill(Index m0, Index m1, Index k0, Index k1, Real* to, Index row) const {
  const Index taps_w = static_cast<Index>(offset_w.size()), line_length = taps_w * channels;
  if (k0 == k1) return;
  if (k0 / channels == (k1 - 1) / channels) {
    const Index tap = k0 / channels, channel = k0 % channels;
    if (k1 - k0 == 32) return fill_tap<32>(m0, m1, tap, channel, to, row);
    if (k1 - k0 == 16) return fill_tap<16>(m0, m1, tap, channel, to, row);
  }
  const bool adjacent = offset_w.back() - offset_w.front() == taps_w - 1;
  const Index first_tap = k0 / line_length;
  Index q = m0 % rows_w, p = m0 / rows_w % rows_h, sample = m0 / (rows_w * rows_h);
  for (Index m = m0; m < m1; ++m, to += row) {
    const Index left = q * step_w + offset_w.front();
    const bool whole = adjacent && left >= 0 && left + taps_w <= width;
    Index k = k0;
    for (Index tap = first_tap; k < k1; ++tap) {
      const Index end = std::min(k1, (tap + 1) * line_length), first = k - tap * line_length;
      const Index h = p * step_h + offset_h[tap];
      const Real* line = image + (sample * height + h) * width * channels;
      if (h < 0 || h >= height) {
        std::fill_n(to + k - k0, end - k, Real(0));
      } else if (whole) {  // the taps of this line lie side by side in memory
        copy_run(line + left * channels + first, end - k, to + k - k0);
      } else {
        fill_line(line, left, first, end - tap * line_length, to + k - k0);
      }
      k = end;
    }
    if (++q == rows_w) {
      q = 0;
      if (++p == rows_h) p = 0, ++sample;
    }
  }
}

Patches forward_patches(const Window& w, const Real* x) {
  Patches patches{.image = x,
                  .n = w.n,
                  .height = w.height,
                  .width = w.width,
                  .channels = w.in,
                  .rows_h = w.out_height,
                  .rows_w = w.out_width,
                  .step_h = w.stride_h,
                  .step_w = w.stride_w,
                  .offset_h = {},
                  .offset_w = {}};
  for (Index a = 0; a < w.kernel_h; ++a) patches.offset_h.push_back(a * w.dilation_h - w.top);
  for (Index b = 0; b < w.kernel_w; ++b) patches.offset_w.push_back(b * w.dilation_w - w.left);
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
