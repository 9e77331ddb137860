// A pixel h of x is read by tap a of window p where h + top = p stride + a dilation. Pixels with
// the same (h + top) mod stride meet the same taps: each such phase is a dense, stride-1
// convolution of y with some of the taps, so nothing is scattered, added twice or multiplied by
// zeros. Where x has few channels (an image) their rows would leave a vector nearly empty: there
// whole windows are computed, [taps, in] at once, and added to where they lie.
#include "engine/cpu/conv_transpose.h"

#include <algorithm>

#include "engine/algorithm.h"
#include "engine/cpu/filtered.h"
#include "engine/cpu/parallel.h"
#include "engine/cpu/patch_rows.h"

namespace engine::cpu {
namespace {

// The pixels first, first + stride, ... of one axis, and the taps they meet.
struct Phase {
  Index first, count;
  Offsets taps;     // numbers of kernel taps,
  Offsets offsets;  // and where in y the first pixel meets them, ascending
};

Phase phase_of_axis(Index first, Index extent, Index kernel, Index stride, Index dilation,
                    Index before) {
  Phase phase{first, (extent - first + stride - 1) / stride, {}, {}};
  for (Index a = kernel - 1; a >= 0; --a) {
    const Index distance = first + before - a * dilation;
    if (distance % stride != 0) continue;
    phase.taps.push_back(a);
    phase.offsets.push_back(distance / stride);
  }
  return phase;
}

void one_phase(const Window& window, const Phase& h, const Phase& w, Real* x, const Real* weights,
               const Real* y, const Epilogue& epilogue) {
  Patches patches{.image = y,
                  .height = window.out_height,
                  .width = window.out_width,
                  .channels = window.out,
                  .order = {.n = window.n, .rows_h = h.count, .rows_w = w.count},
                  .step_h = 1,
                  .step_w = 1,
                  .offset_h = h.offsets,
                  .offset_w = w.offsets};
  patches.group_if_it_pays();
  const Index in = window.in, taps_w = static_cast<Index>(w.taps.size());
  const bool in_order = window.stride_h == 1 && window.stride_w == 1 && !patches.sparse();
  // The taps of this phase as a matrix [taps * out, in].
  const auto rows_of_w = [&](Index k0, Index k1, Index n0, Index n1, Real* to, Index row) {
    for (Index k = k0; k < k1; ++k, to += row) {
      const Index tap = k / window.out, o = k % window.out;
      const Index a = h.taps[tap / taps_w], b = w.taps[tap % taps_w];
      const Real* from = weights + ((o * window.kernel_h + a) * window.kernel_w + b) * in;
      std::copy(from + n0, from + n1, to);
    }
  };
  multiply_patches(patches, rows_of_w, in, epilogue, in_order, x, [&](const RowWalk& at) {
    const Index i = h.first + at.p * window.stride_h, j = w.first + at.q * window.stride_w;
    return (at.sample * window.height + i) * window.width + j;
  });
}

// Adds the windows of some rows of y to the image they were taken from.
void add_windows(const Window& w, const Real* windows, Index first_row, Index rows, Real* image) {
  const Index line = w.kernel_w * w.in;
  for (Index r = 0; r < rows; ++r) {
    const Index q = (first_row + r) % w.out_width, p = (first_row + r) / w.out_width;
    const Index left = q * w.stride_w - w.left;
    for (Index a = 0; a < w.kernel_h; ++a, windows += line) {
      const Index h = p * w.stride_h + a * w.dilation_h - w.top;
      if (h < 0 || h >= w.height) continue;
      Real* to = image + h * w.width * w.in;
      if (w.dilation_w == 1 && left >= 0 && left + w.kernel_w <= w.width) {
        Real* run = to + left * w.in;
        for (Index i = 0; i < line; ++i) run[i] += windows[i];
        continue;
      }
      for (Index b = 0; b < w.kernel_w; ++b) {
        const Index v = left + b * w.dilation_w;
        if (v < 0 || v >= w.width) continue;
        for (Index i = 0; i < w.in; ++i) to[v * w.in + i] += windows[b * w.in + i];
      }
    }
  }
}

// The windows [rows of y, taps * in] = Y W of one image at a time, added to it.
void by_windows(const Window& window, Real* x, const Real* w, const Real* y,
                const Epilogue& epilogue) {
  note_direct();
  const Index rows = window.out_height * window.out_width;
  const Index n = window.kernel_h * window.kernel_w * window.in;
  const Index pixels = window.height * window.width * window.in;
  constexpr Index kRows = kTileRows;  // of windows at a time
  with_numbers([&](const auto& numbers) {
    using Numbers = std::decay_t<decltype(numbers)>;
    const Pieces pieces(window.out, Numbers::kDepthNumbers);
    const PackedPanels<Numbers> packed(
        numbers, pieces, n, [&](Index k0, Index k1, Index n0, Index n1, Real* to, Index row) {
          for (Index k = k0; k < k1; ++k, to += row) std::copy(w + k * n + n0, w + k * n + n1, to);
        });
    parallel_for(window.n, 1, [&](Index first, Index last) {
      for (Index image = first; image < last; ++image) {
        std::fill_n(x + image * pixels, pixels, Real(0));
        Real* windows = thread_scratch(kRows * n, 4);
        for (Index m0 = 0; m0 < rows; m0 += kRows) {
          const Index m1 = std::min(rows, m0 + kRows);
          const Real* from = y + image * rows * window.out;
          multiply_blocks(numbers, pieces,
                          {{m0, m1}, {0, ceil_div(n, numbers.block.columns)}, {0, pieces.count}}, n,
                          [&](Index r0, Index r1, Index k0, Index k1, Real* to, Index row) {
                            for (Index r = r0; r < r1; ++r, to += row)
                              std::copy(from + r * window.out + k0, from + r * window.out + k1, to);
                          },
                          packed, false, {windows, n});
          add_windows(window, windows, m0, m1 - m0, x + image * pixels);
        }
        Real* whole = x + image * pixels;
        if (epilogue.bias)
          activate(epilogue, window.height * window.width, window.in, whole, window.in,
                   epilogue.bias, whole, window.in);
      }
    });
  });
}

constexpr Index kFewChannels = 8;

}  // namespace

void conv_transpose(const Window& window, Real* x, const Real* w, const Real* y,
                    const Epilogue& epilogue) {
  if (window.in <= kFewChannels && window.kernel_h * window.kernel_w > 1)
    return by_windows(window, x, w, y, epilogue);
  for (Index i = 0; i < std::min(window.stride_h, window.height); ++i)
    for (Index j = 0; j < std::min(window.stride_w, window.width); ++j) {
      if (const auto f = filtering_of_phase(window, i, j)) {
        filtered(*f, y, w, x, epilogue);
        continue;
      }
      one_phase(window,
                phase_of_axis(i, window.height, window.kernel_h, window.stride_h, window.dilation_h,
                              window.top),
                phase_of_axis(j, window.width, window.kernel_w, window.stride_w, window.dilation_w,
                              window.left),
                x, w, y, epilogue);
    }
}

bool few_outputs(const Window& window) {
  return window.out <= kFewChannels && window.in > kFewChannels && window.stride_h == 1 &&
         window.stride_w == 1 && window.kernel_h * window.kernel_w > 1;
}

// y[p] gets x[h] through tap a where h = p + a dilation - top: seen from x, tap a is the kernel's
// opposite one of a convolution whose input is y.
void conv_of_few_outputs(const Window& window, const Real* x, const Real* w, Real* y,
                         const Epilogue& epilogue) {
  Window mirror = window;
  mirror.height = window.out_height, mirror.width = window.out_width, mirror.in = window.out;
  mirror.out_height = window.height, mirror.out_width = window.width, mirror.out = window.in;
  mirror.top = (window.kernel_h - 1) * window.dilation_h - window.top;
  mirror.left = (window.kernel_w - 1) * window.dilation_w - window.left;
  const Index taps = window.kernel_h * window.kernel_w;
  const Scratch turned(window.out * taps * window.in);
  for (Index o = 0; o < window.out; ++o)
    for (Index tap = 0; tap < taps; ++tap)
      for (Index i = 0; i < window.in; ++i)
        turned.data()[(i * taps + taps - 1 - tap) * window.out + o] =
            w[(o * taps + tap) * window.in + i];
  by_windows(mirror, y, turned.data(), x, epilogue);
}

}  // namespace engine::cpu
