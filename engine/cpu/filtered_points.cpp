#include "engine/cpu/filtered_points.h"

#include <algorithm>

#include "engine/cpu/filtered_tiles.h"
#include "engine/cpu/transpose.h"

namespace engine::cpu {

std::shared_ptr<const FilterPoints> FilterPoints::of(const Filtering& f, const Exact& numbers,
                                                     const Real* w) {
  const auto axis = [](const FilteredAxis& a) {
    return Key::Axis{a.filter, a.phases, a.phase_taps, a.kernel, a.taps, a.tap_first, a.tap_step};
  };
  const Key key{isa(), axis(f.h), axis(f.w), f.in, f.out, f.turned};
  const Index size = f.h.kernel * f.w.kernel * f.in * f.out;
  return derived().get<FilterPoints>(w, size, key, [&] {
    return std::allocate_shared<FilterPoints>(FreeListAllocator<FilterPoints>(), key, f, numbers,
                                              w);
  });
}

FilterPoints::FilterPoints(const Key& key, const Filtering& f, const Exact& numbers, const Real* w)
    : key_(key),
      f_(f),
      pieces_(f.depth(), Exact::kDepthNumbers),
      panels_(ceil_div(f.out, numbers.block.columns)),
      columns_(numbers.block.columns),
      stride_(numbers.b_size(pieces_.each)),
      memory_(f.points() * panels_ * pieces_.count * stride_) {
  const Index tasks = panels_ * pieces_.count;
#pragma omp parallel for schedule(static) if (tasks > 1)
  for (Index task = 0; task < tasks; ++task) fill(w, task / pieces_.count, task % pieces_.count);
}

// All points of one panel and piece: a few channels of all taps are copied in the panel's order,
// then transformed while in the first-level cache.
void FilterPoints::fill(const Real* w, Index panel, Index piece) const {
  constexpr Index kTogether = 16;
  const FilterKernel& kernel = filter_kernels(isa())[f_.w.filter];
  const int taps_h = f_.h.of().taps, taps_w = f_.w.of().taps;
  const Index n0 = panel * columns_, n1 = std::min(f_.out, n0 + columns_);
  const Index k0 = pieces_.begin(piece), k1 = pieces_.end(piece), block = kTogether * columns_;
  const Index distance = panels_ * pieces_.count * stride_;
  Real* taps = thread_scratch(taps_h * taps_w * block, 4);
  Places from;
  for (Index k = k0; k < k1;) {
    const Index count = std::min({kTogether, k1 - k, f_.in - k % f_.in});
    gather(w, k, count, n0, n1, taps);
    for (int u = 0; u < f_.h.of().points; ++u) {
      const SparseRow row(f_.h.of().g, u, taps_h);
      std::size_t next = 0;
      for (const int a : row.used())
        for (int b = 0; b < taps_w; ++b) from[next++] = taps + (a * taps_w + b) * block;
      const Index n = count * columns_;
      kernel.g(row.count, row.weights.data(), from.data(), n,
               const_cast<Real*>(at(u, 0, panel, piece)) + (k - k0) * columns_, distance, n, 0);
    }
    k += count;
  }
}

// taps[tap][channel][output] of `count` channels from k on, which are of one phase.
void FilterPoints::gather(const Real* w, Index k, Index count, Index n0, Index n1,
                          Real* taps) const {
  constexpr Index kTogether = 16;
  const Index phase = k / f_.in, channel = k % f_.in, all = f_.h.kernel * f_.w.kernel;
  for (int a = 0; a < f_.h.of().taps; ++a)
    for (int b = 0; b < f_.w.of().taps; ++b, taps += kTogether * columns_) {
      const Index h = f_.h.tap(phase / f_.w.phases, a), v = f_.w.tap(phase % f_.w.phases, b);
      if (h < 0 || v < 0 || n1 - n0 < columns_) std::fill_n(taps, count * columns_, Real(0));
      if (h < 0 || v < 0) continue;
      const Index tap = h * f_.w.kernel + v;
      if (f_.turned) {
        for (Index i = 0; i < count; ++i)
          std::copy_n(w + ((channel + i) * all + tap) * f_.out + n0, n1 - n0, taps + i * columns_);
      } else {
        transpose(w + (n0 * all + tap) * f_.in + channel, all * f_.in, n1 - n0, count, taps,
                  columns_);
      }
    }
}

}  // namespace engine::cpu
