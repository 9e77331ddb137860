// Patches: the rows that turn a convolution into matrix products (im2col). Row (n, p, q) holds, for
// tap (a, b), the channels of the image at (p step_h + offset_h + a tap_h, and so for the width);
// outside the image there are zeros. The forward convolution is this, and so is each phase of a
// transposed one, or all its phases at once.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/geometry.h"

namespace engine::cuda {

// How the rows step over one axis of the image.
struct PatchAxis {
  Index extent;       // of the image
  Index rows;         // output pixels
  Index step;         // from one row to the next
  Index taps;         // how many
  Index offset, tap;  // of the first tap, and from one to the next
  // So many sets of rows, one after the other, the offset of each so much larger.
  Index phases = 1, phase_offset = 0;
};

struct Patches {
  Index n, channels;
  PatchAxis h, w;

  Index phases() const { return h.phases * w.phases; }
  // Elements of the rows of one line, in all phases.
  Index line_length() const { return phases() * w.rows * row_length(); }
  Index row_length() const { return h.taps * w.taps * channels; }
  // Whether the rows are the image's own memory (a 1x1 kernel without stride or padding).
  bool is_image() const {
    const auto plain = [](const PatchAxis& axis) {
      return axis.taps == 1 && axis.offset == 0 && axis.step == 1 && axis.rows == axis.extent &&
             axis.phases == 1;
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
  Index tap_shift = 0;        // of several phases: from the first tap of one to that of the next
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

// The phases of an axis; as one if they have the same extents and begin at even distances, as all do
// whose kernel is a multiple of the stride.
inline std::vector<Phase> phases_of_axis(Index extent, Index windows, Index kernel, Index stride,
                                         Index dilation, Index before) {
  std::vector<Phase> all;
  for (Index i = 0; i < std::min(stride, extent); ++i)
    all.push_back(phase_of_axis(i, extent, windows, kernel, stride, dilation, before));
  if (all.size() < 2) return all;
  Phase together = all[0];
  together.axis.phases = static_cast<Index>(all.size());
  together.axis.phase_offset = all[1].axis.offset - all[0].axis.offset;
  together.tap_shift = all[1].tap - all[0].tap;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Index steps = static_cast<Index>(i);
    if (all[i].count != together.count || all[i].taps != together.taps ||
        all[i].tap != together.tap + steps * together.tap_shift ||
        all[i].axis.offset != together.axis.offset + steps * together.axis.phase_offset)
      return all;
  }
  return {together};
}

}  // namespace engine::cuda
