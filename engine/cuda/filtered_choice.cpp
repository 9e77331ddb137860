// Chooses which convolutions use filters, and which filter.
#include "engine/algorithm.h"
#include "engine/cuda/filtered.h"
#include "engine/device.h"

namespace engine::cuda {
namespace {

// Costs in float32 products. Reading or writing a number takes as long as this many of them: an
// H100's 33 trillion products and 0.8 trillion numbers per second, by its data sheet.
constexpr double kNumber = 40;

double cost(const Filtering& f) {
  const auto depth = static_cast<double>(f.depth()), out = static_cast<double>(f.out);
  const double points = f.points(), tiles = static_cast<double>(f.tiles()) * points;
  return tiles * depth * out + 2 * kNumber * (tiles * (depth + out) + points * depth * out);
}

// Patches are written and read as well.
double direct_cost(const Filtering& f) {
  const auto k = static_cast<double>(f.h.defined_taps() * f.w.defined_taps() * f.in);
  return static_cast<double>(f.n * f.h.results * f.w.results) *
         (k * static_cast<double>(f.out) + 2 * kNumber * k);
}

std::optional<Filtering> best(const Filtering& given) {
  Filtering f = given;
  std::optional<Filtering> found;
  const bool always = algorithm() == Algorithm::filtered;
  const bool none = algorithm() == Algorithm::direct || f.tiles() * f.depth() * f.out == 0 ||
                    (!always && precision() != Precision::highest);
  double least = 0.9 * direct_cost(f);
  for (int h = 0; h < kFilterCount && !none; ++h)
    for (int w = 0; w < kFilterCount; ++w) {
      const auto along_h = filtered_by(given.h, h), along_w = filtered_by(given.w, w);
      if (!along_h || !along_w) continue;
      f.h = *along_h, f.w = *along_w;
      if (f.points() == 1 || !f.h.of().exact || !f.w.of().exact) continue;
      const double now = cost(f);
      if (now >= least && (!always || found)) continue;
      least = now, found = f;
    }
  return found;
}

void note(const std::optional<Filtering>& f) {
  f ? note_filtered(f->h.filter, f->w.filter) : note_direct();
}

}  // namespace

std::optional<Filtering> filtering(const Window& w) {
  const auto found = is_dilated(w) ? std::nullopt : best(filtered_window(w));
  note(found);
  return found;
}

FreeListVector<Filtering> filtering_of_phases(const Window& w) {
  FreeListVector<Filtering> phases;
  for (Index i = 0; i < std::min(w.stride_h, w.height); ++i)
    for (Index j = 0; j < std::min(w.stride_w, w.width); ++j) {
      const auto found = is_dilated(w) ? std::nullopt : best(filtered_phase(w, i, j));
      if (!found) {
        note_direct();
        return {};
      }
      phases.push_back(*found);
    }
  for (const Filtering& f : phases) note(f);
  return phases;
}

}  // namespace engine::cuda
