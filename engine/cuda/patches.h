// Patches: the rows that turn a convolution into matrix products (im2col). Row (n, p, q) holds, for
// tap (a, b), the channels of the image at (p step_h + offset_h + a tap_h, and so for the width);
// outside the image there are zeros. The forward convolution is this, and so is each phase of a
// transposed one.
#pragma once

#include <numeric>

#include "engine/geometry.h"

namespace engine::cuda {

// How the rows step over one axis of the image.
struct PatchAxis {
  Index extent;       // of the image
  Index rows;         // output pixels
  Index step;         // from one row to the next
  Index taps;         // how many
  Index offset, tap;  // of the first tap, and from one to the next
};

struct Patches {
  Index n, channels;
  PatchAxis h, w;

  Index line_length() const { return w.rows * row_length(); }  // elements of the rows of one line
  Index row_length() const { return h.taps * w.taps * channels; }
  // Whether the rows are the image's own memory (a 1x1 kernel without stride or padding).
  bool is_image() const {
    const auto plain = [](const PatchAxis& axis) {
      return axis.taps == 1 && axis.offset == 0 && axis.step == 1 && axis.rows == axis.extent;
    };
    return plain(h) && plain(w);
  }
};

inline Patches forward_patches(const Window& w) {
  return {w.n,
          w.in,
          {w.height, w.out_height, w.stride_h, w.kernel_h, -w.top, w.dilation_h},
          {w.width, w.out_width, w.stride_w, w.kernel_w, -w.left, w.dilation_w}};
}

// One phase of an axis of the transposed convolution: a pixel h of x is read by tap a of window p
// where h + before = p stride + a dilation, so the pixels first, first + stride, ... meet the same
// taps: tap, tap + tap_step, ..., each step of them `dilation tap_step / stride` windows earlier.
struct Phase {
  Index first, count;         // pixels
  Index tap, tap_step, taps;  // of the kernel; taps may be 0
  PatchAxis axis;             // how those pixels read y
};

inline Phase phase_of_axis(Index first, Index extent, Index windows, Index kernel, Index stride,
                           Index dilation, Index before) {
  Phase phase{
      first, (extent - first + stride - 1) / stride, 0, stride / std::gcd(stride, dilation), 0, {}};
  while (phase.tap < kernel && (first + before - phase.tap * dilation) % stride != 0) ++phase.tap;
  if (phase.tap < kernel) phase.taps = (kernel - phase.tap + phase.tap_step - 1) / phase.tap_step;
  phase.axis = {windows,
                phase.count,
                1,
                phase.taps,
                (first + before - phase.tap * dilation) / stride,
                -dilation * phase.tap_step / stride};
  return phase;
}

}  // namespace engine::cuda
