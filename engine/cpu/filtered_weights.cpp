// Slot W by minimal filters: the points of a weight gradient are sums over all tiles of products
// (B x)(A y), and G^T brings them back to taps.
#include "engine/cpu/filtered.h"
#include "engine/cpu/filtered_tiles.h"
#include "engine/cpu/product.h"

namespace engine::cpu {
namespace {

constexpr Index kTilesTogether = 128;  // of a sum at a time

// A block of results: outputs [m0, m1), columns [n0, n1) of phases and channels.
class WeightBlock {
 public:
  WeightBlock(const Filtering& f, const Exact& numbers, const Real* x, const Real* y,
              const Zeros& zeros, Index m0, Index m1, Index n0, Index n1)
      : f_(f),
        numbers_(numbers),
        kernel_(filter_kernels(isa())[f.w.filter]),
        x_(x),
        y_(y),
        zeros_(zeros),
        m0_(m0),
        m1_(m1),
        n0_(n0),
        n1_(n1),
        panels_(ceil_div(n1 - n0, numbers.block.columns)),
        a_size_(kTilesTogether * kRowStride),
        panel_size_(kTilesTogether * numbers.block.columns),
        a_(thread_scratch(f.w.of().points * a_size_, 0)),
        b_(thread_scratch(
            f.w.of().points * ceil_div(kWeightBlock, numbers.block.columns) * panel_size_, 1)) {}

  // to[v] [out, depth] for all v of row u, `distance` apart.
  void add(int u, Index t0, Index t1, Real* to, Index distance, bool more) const {
    const SparseRow row_b(f_.h.of().b, u, f_.h.of().points),
        row_a(f_.h.of().a, u, f_.h.of().outputs);
    TileWalk tile(f_, t0);
    for (Index t = t0; t < t1; ++t, tile.next()) {
      transform_y(row_a, tile, t - t0);
      transform_x(row_b, tile, t - t0);
    }
    const Index rows = numbers_.block.rows, columns = numbers_.block.columns;
    for (int v = 0; v < f_.w.of().points; ++v)
      for (Index p = 0; p < panels_; ++p) {
        const int width = static_cast<int>(std::min(columns, n1_ - n0_ - p * columns));
        for (Index m = m0_; m < m1_; m += rows)
          numbers_.block.multiply_across(
              static_cast<int>(std::min(rows, m1_ - m)), width, t1 - t0, a_ + v * a_size_ + m - m0_,
              b_ + (v * panels_ + p) * panel_size_,
              to + v * distance + m * f_.depth() + n0_ + p * columns, f_.depth(), more);
      }
  }

 private:
  void transform_y(const SparseRow& row, const TileWalk& tile, Index k) const {
    const int columns = f_.w.of().outputs;
    Places from;
    std::size_t next = 0;
    for (const int i : row.used()) {
      const Index p = tile.h * f_.h.of().outputs + i;
      for (int j = 0; j < columns; ++j) {
        const Index q = tile.w * columns + j;
        from[next++] =
            p < f_.h.results && q < f_.w.results
                ? y_ + ((tile.image * f_.h.results + p) * f_.w.results + q) * f_.out + m0_
                : zeros_.data();
      }
    }
    kernel_.a(row.count, row.weights.data(), from.data(), m1_ - m0_, a_ + k * kRowStride, a_size_,
              m1_ - m0_, 0);
  }
  void transform_x(const SparseRow& row, const TileWalk& tile, Index k) const {
    const Index columns = numbers_.block.columns;
    Places from;
    for (Index n = n0_; n < n1_;) {
      const Index phase = n / f_.in, channel = n % f_.in,
                  count = std::min(n1_ - n, f_.in - channel);
      locate(f_, x_, zeros_.data(), tile, phase / f_.w.phases, phase % f_.w.phases, row.used(),
             f_.w.of().points, channel, from);
      // `count` may begin or end within a panel: parts of panels, one after another.
      Index done = 0;
      while (done < count) {
        const Index at = n - n0_ + done, lane = at % columns;
        const Index part = lane == 0 ? (count - done) / columns * columns : 0;
        const Index now = part > 0 ? part : std::min(columns - lane, count - done);
        kernel_.b(row.count, row.weights.data(), from.data(), now,
                  b_ + at / columns * panel_size_ + k * columns + lane, panels_ * panel_size_,
                  part > 0 ? columns : now, panel_size_);
        for (int i = 0; i < row.count * f_.w.of().points; ++i)
          from[i] += from[i] == zeros_.data() ? 0 : now;
        done += now;
      }
      n += count;
    }
  }

  const Filtering& f_;
  const Exact& numbers_;
  const FilterKernel& kernel_;
  const Real *x_, *y_;
  const Zeros& zeros_;
  const Index m0_, m1_, n0_, n1_, panels_, a_size_, panel_size_;
  Real *a_, *b_;
};

// The taps of output o from its points, [points, out, depth]: along one axis, then the other.
void taps_of(const Filtering& f, const Real* points, Index o, Real* w) {
  const FilterKernel &along_h = filter_kernels(isa())[f.h.filter],
                     &along_w = filter_kernels(isa())[f.w.filter];
  const Index depth = f.depth(), size = f.out * depth;
  const int points_h = f.h.of().points, points_w = f.w.of().points, taps_w = f.w.of().taps;
  Real* halves = thread_scratch((points_h * taps_w + 1) * depth, 4);
  Real* unused = halves + points_h * taps_w * depth;
  std::array<Real*, kMostPoints> to;
  for (int u = 0; u < points_h; ++u) {
    for (int b = 0; b < taps_w; ++b) to[b] = halves + (u * taps_w + b) * depth;
    along_w.g_back(points + u * points_w * size + o * depth, size, depth, to.data(), {});
  }
  for (Index phase = 0; phase < f.phases(); ++phase)
    for (int b = 0; b < taps_w; ++b) {
      const Index v = f.w.tap(phase % f.w.phases, b);
      for (int a = 0; a < f.h.of().taps; ++a) {
        const Index h = f.h.tap(phase / f.w.phases, a);
        to[a] = h < 0 || v < 0 ? unused : w + ((o * f.h.kernel + h) * f.w.kernel + v) * f.in;
      }
      along_h.g_back(halves + b * depth + phase * f.in, taps_w * depth, f.in, to.data(), {});
    }
}

}  // namespace

void filtered_weights(const Filtering& f, const Real* x, Real* w, const Real* y) {
  const Exact numbers(*exact_kernel(isa()));
  const Zeros zeros(std::max(f.in, f.out));
  const Index tiles = f.tiles(), out = f.out, depth = f.depth(), size = f.points() * out * depth;
  const Index columns = numbers.block.columns;
  const Index blocks_m = ceil_div(out, kWeightBlock), blocks_n = ceil_div(depth, kWeightBlock);
  // Rows of points are tasks of their own where the images stay in cache, else a task takes all of
  // them while it has a few tiles at hand.
  constexpr Index kManyPixels = 1'000'000;
  const int all = f.h.of().points,
            rows = f.n * f.h.source * f.w.source * f.in > kManyPixels ? all : 1;
  const Index blocks = all / rows * blocks_m * blocks_n;
  // A sum is cut as the amount of work says, and its parts are added in order.
  constexpr Index kTasks = 16, kManyPoints = 4'000'000;
  const Index pieces = ceil_div(tiles, kTilesTogether);
  const Index wanted =
      std::clamp<Index>(std::min(kTasks / blocks, kManyPoints / size), 1, ceil_div(pieces, 4));
  const Index part = ceil_div(pieces, wanted), parts = ceil_div(pieces, part);
  const Scratch points(size * parts);
  const Index each_m = ceil_div(out, blocks_m),
              each_n = round_up(ceil_div(depth, blocks_n), columns);
#pragma omp parallel for schedule(dynamic) if (blocks * parts > 1)
  for (Index task = 0; task < blocks * parts; ++task) {
    const Index number = task % parts, place = task / parts;
    const Index m0 = place % blocks_m * each_m, n0 = place / blocks_m % blocks_n * each_n;
    const int u0 = static_cast<int>(place / (blocks_m * blocks_n)) * rows;
    if (m0 >= out || n0 >= depth) continue;
    const WeightBlock block(f, numbers, x, y, zeros, m0, std::min(out, m0 + each_m), n0,
                            std::min(depth, n0 + each_n));
    for (Index piece = number * part; piece < std::min(pieces, (number + 1) * part); ++piece)
      for (int u = u0; u < u0 + rows; ++u)
        block.add(u, piece * kTilesTogether, std::min(tiles, (piece + 1) * kTilesTogether),
                  points.data() + number * size + u * f.w.of().points * out * depth, out * depth,
                  piece > number * part);
  }
#pragma omp parallel for schedule(static)
  for (Index o = 0; o < out; ++o) {
    for (Index number = 1; number < parts; ++number)
      for (Index p = 0; p < f.points(); ++p)
        for (Index i = 0; i < depth; ++i)
          points.data()[(p * out + o) * depth + i] +=
              points.data()[number * size + (p * out + o) * depth + i];
    taps_of(f, points.data(), o, w);
  }
}

}  // namespace engine::cpu
