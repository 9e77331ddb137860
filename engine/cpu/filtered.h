// Convolutions by minimal filters (engine/filtering.h): images are cut into tiles, and each tile's
// points are multiplied by the weights' points, with fewer products than the definition.
//
//   if (const auto f = filtering(window, Slot::Y)) return filtered(*f, x, w, y, epilogue);
//
// Only shape and precision() decide: `highest` allows filters as accurate as the direct
// sum. A non-finite number makes all results of its tile NaN; sums of numbers beyond 1e36 may
// overflow.
#pragma once

#include <optional>

#include "engine/cpu/activate.h"
#include "engine/filtered_window.h"

namespace engine::cpu {

// Slots Y and W. Empty if the definition is faster.
std::optional<Filtering> filtering(const Window& window, Slot want);
// A phase of slot X.
std::optional<Filtering> filtering_of_phase(const Window& window, Index first_h, Index first_w);

// Number of outputs and inputs in a block of slot W.
constexpr Index kWeightBlock = 128;

// Keeps the transformed weights (derived.h).
void filtered(const Filtering& f, const Real* source, const Real* w, Real* result,
              const Epilogue& epilogue);
void filtered_weights(const Filtering& f, const Real* x, Real* w, const Real* y);

}  // namespace engine::cpu
