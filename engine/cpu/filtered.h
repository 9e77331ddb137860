// Convolutions by minimal filters (engine/filtering.h): images in tiles, each tile's points
// multiplied by the points of the weights, fewer products than the definition has.
//
//   if (const auto f = filtering(window, Slot::Y)) return filtered(*f, x, w, y, epilogue);
//
// A strided convolution is filtered phase by phase: of stride s, x is s s images whose channels
// add up, each met by the taps of its phase. A strided transposed one splits its result likewise.
// Shape and precision() alone choose: `highest` takes filters as accurate as the direct sum.
// A number that is not finite makes all results of its tile NaN; sums of numbers beyond 1e36 may
// overflow.
#pragma once

#include <algorithm>
#include <optional>

#include "engine/cpu/activate.h"
#include "engine/filtering.h"

namespace engine::cpu {

// One axis: results k = 0, 1, ... read the taps of a phase at source + k step, one after the other.
struct FilteredAxis {
  int filter = 0;                            // of kFilters
  Index source, source_step, source_first;   // pixels; tap a of result k: first + (k + a) step
  Index phases;                              // a phase more is a pixel further
  Index kernel, taps, tap_first, tap_step;   // tap a of phase f is the kernel's first + f + a step
  Index results, result_first, result_step;  // result k is the pixel first + k step
  Index result_extent;                       // of the image that the results belong to

  const Filter& of() const { return kFilters[filter]; }
  Index tiles() const { return (results + of().outputs - 1) / of().outputs; }
  // Number i of a tile's pixels, which may lie outside; and tap a of the kernel, -1 outside.
  Index pixel(Index tile, int i, Index phase) const {
    return source_first + phase + (tile * of().outputs + i) * source_step;
  }
  Index tap(Index phase, int a) const {
    const Index at = tap_first + phase + a * tap_step;
    return at < kernel ? std::max<Index>(at, -1) : -1;
  }
};

// What is filtered: results [n, h, w, out] from a source [n, h, w, in].
struct Filtering {
  FilteredAxis h, w;
  Index n, in, out;
  bool turned;  // slot X: the source is y, and weights lie as [in, kernel, kernel, out]

  Index phases() const { return h.phases * w.phases; }
  Index depth() const { return phases() * in; }
  Index tiles() const { return n * h.tiles() * w.tiles(); }
  int points() const { return h.of().points * w.of().points; }
};

// Slots Y and W. None where the definition is faster.
std::optional<Filtering> filtering(const Window& window, Slot want);
// A phase of slot X.
std::optional<Filtering> filtering_of_phase(const Window& window, Index first_h, Index first_w);

// Slot W computes blocks of so many outputs and inputs.
constexpr Index kWeightBlock = 128;

void filtered(const Filtering& f, const Real* source, const Real* w, Real* result,
              const Epilogue& epilogue);
void filtered_weights(const Filtering& f, const Real* x, Real* w, const Real* y);

}  // namespace engine::cpu
