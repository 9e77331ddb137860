// Where an implicit product (implicit.cu) finds its operands and puts its results. A reader gives
// four neighbors along its second index, zeros beyond its extents and outside the image; `width` is
// how many of them it may read at once, 4 or 1. `enter(z)` moves it to part z of the product: a
// phase of a transposed convolution, or a share of a long sum.
#pragma once

#include "engine/cuda/divider.h"
#include "engine/cuda/pack.h"
#include "engine/cuda/patches.h"

namespace engine::cuda {

// Which phase a part is.
struct PhaseOf {
  int columns;  // phases beside each other
  __device__ int h(int z) const { return z / columns; }
  __device__ int w(int z) const { return z % columns; }
};

// The first `left` of four neighbors, then zeros.
template <int width>
__device__ inline Pack<4> four(const Real* from, int left) {
  Pack<4> pack{};
  if constexpr (width == 4) {
    if (left > 0) return load<4>(from, 0);
  } else {
    for (int j = 0; j < 4; ++j)
      if (j < left) pack.value[j] = from[j];
  }
  return pack;
}

// The rows of `patches` as they would lie in memory (patches.h): (pixel, element of its patch).
struct PatchReader {
  const Real* x;
  Divider channels, taps_w, rows_w, rows_h;
  int pixels, elements, height, width;
  int step_h, step_w, offset_h, offset_w, tap_h, tap_w, phase_offset_h, phase_offset_w;
  PhaseOf phase;

  PatchReader(const Patches& p, const Real* x)
      : x(x),
        channels(p.channels),
        taps_w(p.w.taps),
        rows_w(p.w.rows),
        rows_h(p.h.rows),
        pixels(static_cast<int>(p.n * p.h.rows * p.w.rows)),
        elements(static_cast<int>(p.row_length())),
        height(static_cast<int>(p.h.extent)),
        width(static_cast<int>(p.w.extent)),
        step_h(static_cast<int>(p.h.step)),
        step_w(static_cast<int>(p.w.step)),
        offset_h(static_cast<int>(p.h.offset)),
        offset_w(static_cast<int>(p.w.offset)),
        tap_h(static_cast<int>(p.h.tap)),
        tap_w(static_cast<int>(p.w.tap)),
        phase_offset_h(static_cast<int>(p.h.phase_offset)),
        phase_offset_w(static_cast<int>(p.w.phase_offset)),
        phase{static_cast<int>(p.w.phases)} {}

  __device__ void enter(int z) {
    offset_h += phase.h(z) * phase_offset_h;
    offset_w += phase.w(z) * phase_offset_w;
  }
  template <int pack_width>
  __device__ Pack<4> at(int pixel, int element) const {
    Pack<4> pack{};
    if (pixel >= pixels) return pack;
    std::uint32_t rest = static_cast<std::uint32_t>(pixel);
    const int q = static_cast<int>(rows_w.split(rest)), p = static_cast<int>(rows_h.split(rest));
    const Real* const image = x + static_cast<Index>(rest) * height * width * channels.divisor;
    for (int j = 0; j < 4 && element + j < elements; j += pack_width) {
      std::uint32_t tap = static_cast<std::uint32_t>(element + j);
      const Index channel = channels.split(tap);
      const int b = static_cast<int>(taps_w.split(tap)), a = static_cast<int>(tap);
      const int h = p * step_h + offset_h + a * tap_h, w = q * step_w + offset_w + b * tap_w;
      if (h < 0 || h >= height || w < 0 || w >= width) continue;
      const Real* from = image + static_cast<Index>(h * width + w) * channels.divisor + channel;
      if constexpr (pack_width == 4) {
        return load<4>(from, 0);
      } else {
        pack.value[j] = *from;
      }
    }
    return pack;
  }
};

// A matrix in memory, row after row: (row, column).
struct MatrixReader {
  const Real* x;
  int rows, columns;

  __device__ void enter(int) {}
  template <int pack_width>
  __device__ Pack<4> at(int row, int column) const {
    if (row >= rows) return {};
    const Real* const from = x + static_cast<Index>(row) * columns + column;
    return four<pack_width>(from, columns - column);
  }
};

// The weights that a phase of a transposed convolution uses: (tap and output channel, input
// channel).
struct TapReader {
  const Real* w;
  Divider out, taps_w;
  int rows, columns;
  Index kernel, line;  // from one output channel to the next, and from one line of taps
  int tap_h, tap_w, step_h, step_w, shift_h, shift_w;
  PhaseOf phase;

  TapReader(const Window& c, const Phase& h, const Phase& v, const Real* w)
      : w(w),
        out(c.out),
        taps_w(v.taps),
        rows(static_cast<int>(h.taps * v.taps * c.out)),
        columns(static_cast<int>(c.in)),
        kernel(c.kernel_h * c.kernel_w * c.in),
        line(c.kernel_w * c.in),
        tap_h(static_cast<int>(h.tap)),
        tap_w(static_cast<int>(v.tap)),
        step_h(static_cast<int>(h.tap_step)),
        step_w(static_cast<int>(v.tap_step)),
        shift_h(static_cast<int>(h.tap_shift)),
        shift_w(static_cast<int>(v.tap_shift)),
        phase{static_cast<int>(v.axis.phases)} {}

  __device__ void enter(int z) {
    tap_h += phase.h(z) * shift_h;
    tap_w += phase.w(z) * shift_w;
  }
  template <int pack_width>
  __device__ Pack<4> at(int row, int column) const {
    if (row >= rows) return {};
    std::uint32_t tap = static_cast<std::uint32_t>(row);
    const Index o = out.split(tap);
    const int b = static_cast<int>(taps_w.split(tap)), a = static_cast<int>(tap);
    const Real* const from = w + o * kernel + (tap_h + a * step_h) * line +
                             static_cast<Index>(tap_w + b * step_w) * columns + column;
    return four<pack_width>(from, columns - column);
  }
};

// Results row after row; each part has a matrix of its own if there are shares of a sum.
struct MatrixWriter {
  Real* z;
  int columns;
  Index part;  // from one part's matrix to the next

  __device__ void enter(int p) { z += p * part; }
  __device__ Real* row(int m) const { return z + static_cast<Index>(m) * columns; }
};

// Pixels of a phase of a transposed convolution.
struct PixelWriter {
  Real* x;
  Divider rows_w, rows_h;
  Index image, line, pixel;  // from one to the next
  int first_h, first_w, step_h, step_w;
  PhaseOf phase;

  PixelWriter(const Window& c, const Phase& h, const Phase& v, Real* x)
      : x(x),
        rows_w(v.axis.rows),
        rows_h(h.axis.rows),
        image(c.height * c.width * c.in),
        line(c.width * c.in),
        pixel(c.in),
        first_h(static_cast<int>(h.first)),
        first_w(static_cast<int>(v.first)),
        step_h(static_cast<int>(c.stride_h)),
        step_w(static_cast<int>(c.stride_w)),
        phase{static_cast<int>(v.axis.phases)} {}

  __device__ void enter(int z) {
    first_h += phase.h(z);
    first_w += phase.w(z);
  }
  __device__ Real* row(int m) const {
    std::uint32_t rest = static_cast<std::uint32_t>(m);
    const int q = static_cast<int>(rows_w.split(rest)), p = static_cast<int>(rows_h.split(rest));
    return x + rest * image + (first_h + p * step_h) * line + (first_w + q * step_w) * pixel;
  }
};

}  // namespace engine::cuda
