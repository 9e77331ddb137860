// Where an implicit product (implicit.cu) finds its operands and puts its results. A reader says
// where a number lies in memory, as an Element, or that it is a zero beyond its extents or outside
// the image. Its neighbors along the second index, as many as divide the channels, lie beside it.
// `enter(z)` moves a reader or writer to part z of the product: a phase of a transposed convolution,
// or a share of a long sum.
#pragma once

#include "engine/cuda/divider.h"
#include "engine/cuda/narrow.h"
#include "engine/cuda/patches.h"

namespace engine::cuda {

// Which phase a part is.
struct PhaseOf {
  int columns;  // phases beside each other
  __device__ int h(int z) const { return z / columns; }
  __device__ int w(int z) const { return z % columns; }
};

// Where a number lies. If it is not `inside`, it is zero, and `from` no address to read.
template <class T>
struct Source {
  const T* from;
  bool inside;
};

__device__ inline bool is_below(int i, int extent) {
  return static_cast<unsigned>(i) < static_cast<unsigned>(extent);
}

// The rows of `patches` as they would lie in memory (patches.h): (pixel, element of its patch).
template <class Element_>
struct PatchReader {
  using Element = Element_;
  const Element* x;
  Divider channels, taps_w, rows_w, rows_h;
  Index image;  // from one to the next
  int pixels, elements, height, width;
  int step_h, step_w, offset_h, offset_w, tap_h, tap_w, phase_offset_h, phase_offset_w;
  PhaseOf phase;

  PatchReader(const Patches& p, const Element_* x)
      : x(x),
        channels(p.channels),
        taps_w(p.w.taps),
        rows_w(p.w.rows),
        rows_h(p.h.rows),
        image(p.h.extent * p.w.extent * p.channels),
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
  __device__ Source<Element> find(int pixel, int element) const {
    std::uint32_t rest = static_cast<std::uint32_t>(pixel);
    const int q = static_cast<int>(rows_w.split(rest)), p = static_cast<int>(rows_h.split(rest));
    std::uint32_t tap = static_cast<std::uint32_t>(element);
    const Index channel = channels.split(tap);
    const int b = static_cast<int>(taps_w.split(tap)), a = static_cast<int>(tap);
    const int h = p * step_h + offset_h + a * tap_h, w = q * step_w + offset_w + b * tap_w;
    const Element* const from = x + rest * image + channel;
    return {from + static_cast<Index>(h * width + w) * static_cast<int>(channels.divisor),
            pixel < pixels && element < elements && is_below(h, height) && is_below(w, width)};
  }
};

// A matrix in memory, row after row: (row, column).
template <class Element_>
struct MatrixReader {
  using Element = Element_;
  const Element* x;
  int rows, columns;

  __device__ void enter(int) {}
  __device__ Source<Element> find(int row, int column) const {
    return {x + static_cast<Index>(row) * columns + column, row < rows && column < columns};
  }
};
template <class T>
MatrixReader(const T*, int, int) -> MatrixReader<T>;

// The weights that a phase of a transposed convolution uses: (tap and output channel, input
// channel).
template <class Element_>
struct TapReader {
  using Element = Element_;
  const Element* w;
  Divider out, taps_w;
  int rows, columns;
  int kernel, line;  // from one output channel to the next, and from one line of taps
  int tap_h, tap_w, step_h, step_w, shift_h, shift_w;
  PhaseOf phase;

  TapReader(const Window& c, const Phase& h, const Phase& v, const Element* w)
      : w(w),
        out(c.out),
        taps_w(v.taps),
        rows(static_cast<int>(h.taps * v.taps * c.out)),
        columns(static_cast<int>(c.in)),
        kernel(static_cast<int>(c.kernel_h * c.kernel_w * c.in)),
        line(static_cast<int>(c.kernel_w * c.in)),
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
  __device__ Source<Element> find(int row, int column) const {
    std::uint32_t tap = static_cast<std::uint32_t>(row);
    const int o = static_cast<int>(out.split(tap));
    const int b = static_cast<int>(taps_w.split(tap)), a = static_cast<int>(tap);
    const int place = (tap_h + a * step_h) * line + (tap_w + b * step_w) * columns + column;
    return {w + static_cast<Index>(o) * kernel + place, row < rows && column < columns};
  }
};

// Results row after row; each part has a matrix of its own if there are shares of a sum.
struct MatrixWriter {
  Operand z;
  int columns;
  Index part;  // from one part's matrix to the next

  const Operand& memory() const { return z; }
  __device__ void enter(int p) { z = z.from(p * part); }
  __device__ Operand row(int m) const { return z.from(static_cast<Index>(m) * columns); }
};

// Pixels of a phase of a transposed convolution.
struct PixelWriter {
  Operand x;
  Divider rows_w, rows_h;
  Index image, line, pixel;  // from one to the next
  int first_h, first_w, step_h, step_w;
  PhaseOf phase;

  PixelWriter(const Window& c, const Phase& h, const Phase& v, const Operand& x)
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

  const Operand& memory() const { return x; }
  __device__ void enter(int z) {
    first_h += phase.h(z);
    first_w += phase.w(z);
  }
  __device__ Operand row(int m) const {
    std::uint32_t rest = static_cast<std::uint32_t>(m);
    const int q = static_cast<int>(rows_w.split(rest)), p = static_cast<int>(rows_h.split(rest));
    return x.from(rest * image + (first_h + p * step_h) * line + (first_w + q * step_w) * pixel);
  }
};

}  // namespace engine::cuda
