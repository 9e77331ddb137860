// Chooses which convolutions use filters, and which filter.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "engine/algorithm.h"
#include "engine/cpu/filtered.h"
#include "engine/cpu/product.h"

namespace engine::cpu {
namespace {

bool allowed(const Filter& filter) { return filter.exact || precision() != Precision::highest; }

// Costs in units of one float32 product: moving a number takes as long as this many products, with
// vectors of 16; the middle of measurements on a Zen 4 and a Zen 5.
struct Costs {
  double image = 45;         // a pixel at a point
  double result = 14;        // a product transformed back
  double weight = 45;        // a weight at a point, in cache,
  double weight_far = 100;   // and if all of them exceed the caches
  double gradient = 25;      // a weight's gradient transformed back
  double patch = 20;         // of the definition: a number of a patch,
  double patch_across = 35;  // in slot W
  static constexpr double kFar = 2e6;

  // Narrower vectors multiply less in the same time.
  explicit Costs(double columns) {
    for (double* each : {&image, &result, &weight, &weight_far, &gradient, &patch, &patch_across})
      *each *= columns / 32;
  }
};

double cost(const Filtering& f, Slot want, const Costs& costs) {
  const auto k = static_cast<double>(f.depth()), n = static_cast<double>(f.out);
  const double tiles = static_cast<double>(f.tiles()) * f.points(), weights = f.points() * k * n;
  if (want == Slot::W)  // blocks of results transform again what they share
    return tiles * (k * n + costs.image * (k * std::ceil(n / kWeightBlock) +
                                           n * std::ceil(k / kWeightBlock))) +
           weights * costs.gradient;
  return tiles * (k * n + costs.image * k + costs.result * n) +
         weights * (weights < Costs::kFar ? costs.weight : costs.weight_far);
}

// The speed of the definition's products relative to float32: it may use bf16, filters do not.
double direct_speed() {
  const Bf16Kernel* bf16 = bf16_kernel(isa());
  if (bf16 != nullptr && precision() == Precision::medium) return bf16->speed;
  if (bf16 != nullptr && precision() == Precision::high && bf16->fast_three) return bf16->speed / 3;
  return 1;
}

double direct_cost(const Filtering& f, Slot want, const Costs& costs) {
  const auto taps = static_cast<double>(f.h.defined_taps() * f.w.defined_taps());
  return static_cast<double>(f.n * f.h.results * f.w.results) * taps * static_cast<double>(f.in) *
         (static_cast<double>(f.out) / direct_speed() +
          (want == Slot::W ? costs.patch_across : costs.patch));
}

std::optional<Filtering> fastest(const Filtering& given, Slot want) {
  Filtering f = given;
  constexpr Index kFewChannels = 16;
  const bool always = algorithm() == Algorithm::filtered;
  // The double build, which golden values come from, computes the definition.
  if (std::is_same_v<Real, double> || algorithm() == Algorithm::direct) return std::nullopt;
  if (!always && (f.in < kFewChannels || f.out < kFewChannels)) return std::nullopt;
  std::optional<Filtering> found;
  const Costs costs(exact_kernel(isa())->columns);
  const double direct = direct_cost(f, want, costs);
  if (f.tiles() * f.depth() * f.out == 0) return found;  // no images, channels or pixels
  double least = always ? std::numeric_limits<double>::infinity() : 0.95 * direct;
  for (int h = 0; h < kFilterCount; ++h)
    for (int w = 0; w < kFilterCount; ++w) {
      const auto along_h = filtered_by(given.h, h), along_w = filtered_by(given.w, w);
      if (!along_h || !along_w) continue;
      f.h = *along_h, f.w = *along_w;
      if (f.points() == 1 || !allowed(f.h.of()) || !allowed(f.w.of())) continue;
      const double now = cost(f, want, costs);
      if (now < least) least = now, found = f;
    }
  return found;
}

std::optional<Filtering> definition() {
  note_direct();
  return std::nullopt;
}

std::optional<Filtering> best(const Filtering& f, Slot want) {
  const std::optional<Filtering> found = fastest(f, want);
  found ? note_filtered(found->h.filter, found->w.filter) : note_direct();
  return found;
}

}  // namespace

std::optional<Filtering> filtering(const Window& w, Slot want) {
  return is_dilated(w) ? definition() : best(filtered_window(w), want);
}

std::optional<Filtering> filtering_of_phase(const Window& w, Index first_h, Index first_w) {
  return is_dilated(w) ? definition() : best(filtered_phase(w, first_h, first_w), Slot::X);
}

}  // namespace engine::cpu
