// Filtering: how the filters of filtering.h cut a convolution, for every backend. Results are
// computed in tiles, and along each axis a tile's points need its pixels and a few more.
//
//   Filtering f = filtered_window(window);          // slots Y and W
//   Filtering f = filtered_phase(window, i, j);     // a phase of slot X, from pixel (i, j) on
//   f.h = *filtered_by(f.h, filter), ...            // one of kFilters, if it fits
//
// A strided convolution is filtered phase by phase: for stride s, x becomes s s images whose
// channels add up, each filtered by the taps of its phase. A transposed one splits its result
// likewise. A kernel with more taps than a filter is a sum of shorter kernels: their phases begin
// that many taps apart. Dilated convolutions are not cut: the caller computes their definition.
#pragma once

#include <algorithm>
#include <optional>

#include "engine/filtering.h"
#include "engine/geometry.h"

namespace engine {

// One axis: results k = 0, 1, ... read the taps of a phase at source + k step, one after the other.
struct FilteredAxis {
  int filter = 0;                            // of kFilters
  Index source, source_step, source_first;   // pixels; tap a of result k: first + (k + a) step
  Index phases, phase_pixels, phase_taps;    // a phase more is so many pixels and taps further
  Index kernel, taps, tap_first, tap_step;   // tap a of phase 0 is the kernel's first + a step
  Index results, result_first, result_step;  // result k is the pixel first + k step
  Index result_extent;                       // of the image that the results belong to

  const Filter& of() const { return kFilters[filter]; }
  Index tiles() const { return (results + of().outputs - 1) / of().outputs; }
  // The taps that the definition multiplies: without those that pad the phases.
  Index defined_taps() const { return std::min(kernel, phases * taps); }
  // Number i of a tile's pixels, which may lie outside; and tap a of the kernel, -1 outside.
  Index pixel(Index tile, int i, Index phase) const {
    return source_first + phase * phase_pixels + (tile * of().outputs + i) * source_step;
  }
  Index tap(Index phase, int a) const {
    const Index at = tap_first + phase * phase_taps + a * tap_step;
    return at < kernel ? std::max<Index>(at, -1) : -1;
  }
};

// A filtered convolution: results [n, h, w, out] from a source [n, h, w, in].
struct Filtering {
  FilteredAxis h, w;
  Index n, in, out;
  bool turned;  // slot X: the source is y, and weights lie as [in, kernel, kernel, out]

  Index phases() const { return h.phases * w.phases; }
  Index depth() const { return phases() * in; }
  Index tiles() const { return n * h.tiles() * w.tiles(); }
  int points() const { return h.of().points * w.of().points; }
};

// Whether taps lie apart along either axis.
inline bool is_dilated(const Window& w) { return w.dilation_h != 1 || w.dilation_w != 1; }

// The axis cut for a filter. Empty if the filter has more taps, or the kernel is not a sum of its.
inline std::optional<FilteredAxis> filtered_by(FilteredAxis axis, int filter) {
  const Index taps = kFilters[filter].taps;
  axis.filter = filter;
  if (axis.taps == taps) return axis;
  if (axis.taps < taps || taps == 1 || axis.phases > 1 || axis.source_step > 1) return std::nullopt;
  axis.phases = (axis.taps + taps - 1) / taps;
  axis.phase_pixels = taps;
  axis.phase_taps = taps * axis.tap_step;
  axis.taps = taps;
  return axis;
}

inline Filtering filtered_window(const Window& w) {
  const auto axis = [](Index source, Index stride, Index before, Index kernel, Index results) {
    return FilteredAxis{.source = source,
                        .source_step = stride,
                        .source_first = -before,
                        .phases = std::min(stride, kernel),
                        .phase_pixels = 1,
                        .phase_taps = 1,
                        .kernel = kernel,
                        .taps = (kernel + stride - 1) / stride,
                        .tap_first = 0,
                        .tap_step = stride,
                        .results = results,
                        .result_first = 0,
                        .result_step = 1,
                        .result_extent = results};
  };
  return {.h = axis(w.height, w.stride_h, w.top, w.kernel_h, w.out_height),
          .w = axis(w.width, w.stride_w, w.left, w.kernel_w, w.out_width),
          .n = w.n,
          .in = w.in,
          .out = w.out,
          .turned = false};
}

inline Filtering filtered_phase(const Window& w, Index first_h, Index first_w) {
  const auto axis = [](Index source, Index stride, Index before, Index kernel, Index first,
                       Index extent) {
    Index tap = kernel - 1;  // the last one that meets the pixels `first`, `first` + stride, ...
    while (tap >= 0 && (first + before - tap) % stride != 0) --tap;
    return FilteredAxis{.source = source,
                        .source_step = 1,
                        .source_first = tap < 0 ? 0 : (first + before - tap) / stride,
                        .phases = 1,
                        .phase_pixels = 0,
                        .phase_taps = 0,
                        .kernel = kernel,
                        .taps = tap < 0 ? 0 : tap / stride + 1,
                        .tap_first = tap,
                        .tap_step = -stride,
                        .results = (extent - first + stride - 1) / stride,
                        .result_first = first,
                        .result_step = stride,
                        .result_extent = extent};
  };
  return {.h = axis(w.out_height, w.stride_h, w.top, w.kernel_h, first_h, w.height),
          .w = axis(w.out_width, w.stride_w, w.left, w.kernel_w, first_w, w.width),
          .n = w.n,
          .in = w.out,
          .out = w.in,
          .turned = true};
}

}  // namespace engine
