// Slots Y and X by minimal filters.
#include "engine/cpu/filtered.h"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "engine/cpu/filtered_points.h"
#include "engine/cpu/filtered_tiles.h"
#include "engine/cpu/product.h"

namespace engine::cpu {
namespace {

// The largest block: tiles, a multiple of a kernel's rows, and panels. Its size is fixed per call,
// so that a thread's memory does not depend on which blocks it gets.
struct Cut {
  Index tiles, panels;
  Cut(const Filtering& f, const Exact& numbers) {
    constexpr Index kColumns = 256, kManyWeights = 500'000;
    const Index rows = numbers.block.rows, columns = numbers.block.columns;
    panels = std::clamp<Index>(kColumns / columns, 1, ceil_div(f.out, columns));
    // Large weights come from memory: more tiles share each read.
    const Index most = f.points() * f.depth() * f.out > kManyWeights ? 112 : 28;
    const Index work = f.tiles() * ceil_div(f.out, columns * panels);
    const Index shared = round_up(ceil_div(work, 3 * omp_get_max_threads()), rows);
    tiles = std::clamp(shared, rows, std::max(rows, most / rows * rows));
  }
  Index results(const Exact& numbers) const { return tiles * panels * numbers.block.columns; }
};

// One block: tiles [t0, t1), panels [p0, p1). Processes one row of points at a time, in cache:
// products are transformed back along the other axis at once, and along this one at the end.
class Block {
 public:
  Block(const Filtering& f, const Exact& numbers, const Real* source, const Zeros& zeros,
        const FilterPoints& weights, const Cut& most, Index t0, Index t1, Index p0, Index p1)
      : f_(f),
        numbers_(numbers),
        kernel_h_(filter_kernels(isa())[f.h.filter]),
        kernel_w_(filter_kernels(isa())[f.w.filter]),
        source_(source),
        zeros_(zeros),
        weights_(weights),
        t0_(t0),
        tiles_(t1 - t0),
        p0_(p0),
        p1_(p1),
        n0_(p0 * numbers.block.columns),
        n_(std::min(f.out, p1 * numbers.block.columns) - n0_),
        a_(most.tiles * kRowStride),
        images_(thread_scratch(f.w.of().points * a_, 0)),
        products_(thread_scratch(f.w.of().points * most.results(numbers), 1)),
        halves_(thread_scratch(f.h.of().points * f.w.of().outputs * most.results(numbers), 2)) {}

  void compute() {
    for (int u = 0; u < f_.h.of().points; ++u) {
      for (Index piece = 0; piece < weights_.pieces().count; ++piece) {
        transform(u, piece);
        multiply(u, piece);
      }
      std::array<Real*, kMostPoints> to;
      for (int j = 0; j < f_.w.of().outputs; ++j) to[j] = half(u, j);
      kernel_w_.a_back(products_, tiles_ * n_, tiles_ * n_, to.data(), {});
    }
  }

  void write(Real* image, const Epilogue& epilogue) const {
    const int rows = f_.h.of().outputs, columns = f_.w.of().outputs;
    const Index width = f_.w.result_extent, line = f_.h.result_step * width * f_.out;
    Epilogue end = epilogue;
    if (end.bias) end.bias += n0_;
    const bool tanh = end.bias && end.kind == Activation::tanh;
    Real* outside = thread_scratch(n_, 3);
    std::array<Real*, kMostPoints> to;
    TileWalk tile(f_, t0_);
    for (Index t = 0; t < tiles_; ++t, tile.next()) {
      const Index p = tile.h * rows, inside = std::min<Index>(rows, f_.h.results - p);
      const Index h = f_.h.result_first + p * f_.h.result_step;
      for (int j = 0; j < columns; ++j) {
        const Index q = tile.w * columns + j;
        if (q >= f_.w.results) break;
        const Index w = f_.w.result_first + q * f_.w.result_step;
        Real* first = image + ((tile.image * f_.h.result_extent + h) * width + w) * f_.out + n0_;
        for (int i = 0; i < rows; ++i) to[i] = i < inside ? first + i * line : outside;
        kernel_h_.a_back(half(0, j) + t * n_, columns * tiles_ * n_, n_, to.data(), end);
        if (tanh)
          for (Index i = 0; i < inside; ++i)
            for (Index c = 0; c < n_; ++c) to[i][c] = std::tanh(to[i][c]);
      }
    }
  }

 private:
  Real* half(int u, int j) const { return halves_ + (u * f_.w.of().outputs + j) * tiles_ * n_; }

  void transform(int u, Index piece) const {
    const SparseRow row(f_.h.of().b, u, f_.h.of().points);
    const int points = f_.w.of().points;
    const Index k0 = weights_.pieces().begin(piece), k1 = weights_.pieces().end(piece);
    Places from;
    for (Index k = k0; k < k1;) {
      const Index phase = k / f_.in, channel = k % f_.in, count = std::min(k1 - k, f_.in - channel);
      const Index phase_h = phase / f_.w.phases, phase_w = phase % f_.w.phases;
      TileWalk tile(f_, t0_);
      Real* to = images_ + k - k0;
      for (Index t = 0; t < tiles_; ++t, tile.next(), to += kRowStride) {
        locate(f_, source_, zeros_.data(), tile, phase_h, phase_w, row.used(), points, channel,
               from);
        if (u == 0) fetch_ahead(from, row.count, count);
        kernel_w_.b(row.count, row.weights.data(), from.data(), count, to, a_, count, 0);
      }
      k += count;
    }
  }

  // Prefetches the pixels that the next tile does not share with this one.
  void fetch_ahead(const Places& from, int rows, Index count) const {
    const int points = f_.w.of().points, outputs = f_.w.of().outputs;
    const Index ahead = outputs * f_.w.source_step * f_.in;
    constexpr Index kLine = 64 / sizeof(Real);
    for (int i = 0; i < rows; ++i)
      for (int j = points - outputs; j < points; ++j)
        for (Index c = 0; c < count; c += kLine)
          __builtin_prefetch(from[i * points + j] + ahead + c);
  }

  void multiply(int u, Index piece) const {
    const Index rows = numbers_.block.rows, columns = numbers_.block.columns;
    const Index depth = weights_.pieces().end(piece) - weights_.pieces().begin(piece);
    for (int v = 0; v < f_.w.of().points; ++v)
      for (Index p = p0_; p < p1_; ++p) {
        const int width = static_cast<int>(std::min(columns, f_.out - p * columns));
        for (Index m = 0; m < tiles_; m += rows)
          numbers_.block.multiply(static_cast<int>(std::min(rows, tiles_ - m)), width, depth,
                                  images_ + v * a_ + m * kRowStride, weights_.at(u, v, p, piece),
                                  products_ + (v * tiles_ + m) * n_ + (p - p0_) * columns, n_,
                                  piece > 0);
      }
  }

  const Filtering& f_;
  const Exact& numbers_;
  const FilterKernel &kernel_h_, &kernel_w_;
  const Real* source_;
  const Zeros& zeros_;
  const FilterPoints& weights_;
  const Index t0_, tiles_, p0_, p1_, n0_, n_, a_;
  Real *images_, *products_, *halves_;
};

}  // namespace

void filtered(const Filtering& f, const Real* source, const Real* w, Real* result,
              const Epilogue& epilogue) {
  const Exact numbers(*exact_kernel(isa()));
  const auto points = FilterPoints::of(f, numbers, w);
  const FilterPoints& weights = *points;
  const Zeros zeros(f.in);
  const Cut most(f, numbers);
  const Index panels = ceil_div(f.out, numbers.block.columns);
  const Index groups = ceil_div(panels, most.panels), blocks = ceil_div(f.tiles(), most.tiles);
#pragma omp parallel for schedule(dynamic) if (blocks * groups > 1)
  for (Index task = 0; task < blocks * groups; ++task) {
    const Index t0 = task / groups * most.tiles, p0 = task % groups * most.panels;
    Block block(f, numbers, source, zeros, weights, most, t0, std::min(f.tiles(), t0 + most.tiles),
                p0, std::min(panels, p0 + most.panels));
    block.compute();
    block.write(result, epilogue);
  }
}

}  // namespace engine::cpu
