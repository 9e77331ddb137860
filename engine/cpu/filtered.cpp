// Which filters pay, and the slots Y and X.
#include "engine/cpu/filtered.h"

#include <omp.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "engine/algorithm.h"
#include "engine/cpu/filtered_tiles.h"
#include "engine/cpu/patches.h"
#include "engine/cpu/product.h"

namespace engine::cpu {
namespace {

bool allowed(const Filter& filter) { return filter.exact || precision() != Precision::highest; }

// Multiplications, with what transforms cost in their place.
double cost(const Filtering& f) {
  constexpr double kTransform = 10;  // products in the time of one number transformed, about
  const double tiles = static_cast<double>(f.tiles()) * f.points();
  const double k = static_cast<double>(f.depth()), n = static_cast<double>(f.out);
  return tiles * (k * n + kTransform * (k + n)) + f.points() * k * n * kTransform;
}

// How fast the definition multiplies, with float32 as 1: it may use bf16, filters do not.
double direct_speed() {
  const Bf16Kernel* bf16 = bf16_kernel(isa());
  if (bf16 != nullptr && precision() == Precision::medium) return bf16->speed;
  if (bf16 != nullptr && precision() == Precision::high && bf16->fast_three) return bf16->speed / 3;
  return 1;
}

double direct_cost(const Filtering& f) {
  const double taps = static_cast<double>(f.h.taps * f.w.taps * f.phases());
  return static_cast<double>(f.n * f.h.results * f.w.results) * taps *
         static_cast<double>(f.in * f.out) / direct_speed();
}

std::optional<Filtering> best(Filtering f) {
  constexpr Index kFewChannels = 16;
  const bool always = algorithm() == Algorithm::filtered;
  // The double build, which golden values come from, computes the definition.
  if (std::is_same_v<Real, double> || algorithm() == Algorithm::direct) return std::nullopt;
  if (!always && (f.in < kFewChannels || f.out < kFewChannels)) return std::nullopt;
  std::optional<Filtering> found;
  const double direct = direct_cost(f);
  if (direct == 0) return found;  // nothing to filter: no images, channels or pixels
  double least = always ? std::numeric_limits<double>::infinity() : 0.95 * direct;
  for (int h = 0; h < kFilterCount; ++h)
    for (int w = 0; w < kFilterCount; ++w) {
      f.h.filter = h, f.w.filter = w;
      if (f.h.of().taps != f.h.taps || f.w.of().taps != f.w.taps) continue;
      if (f.points() == 1 || !allowed(f.h.of()) || !allowed(f.w.of())) continue;
      if (cost(f) < least) least = cost(f), found = f;
    }
  return found;
}

// The weights' points, each a matrix [depth, out] in panels.
class Points {
 public:
  Points(const Filtering& f, const Exact& numbers, const Real* w)
      : f_(f),
        pieces_(f.depth(), Exact::kDepthNumbers),
        panels_(ceil_div(f.out, numbers.block.columns)),
        columns_(numbers.block.columns),
        stride_(numbers.b_size(pieces_.each)),
        memory_(f.points() * panels_ * pieces_.count * stride_),
        zeros_(std::max(f.in, f.out)) {
    const Index tasks = f.h.of().points * panels_ * pieces_.count;
#pragma omp parallel for schedule(static) if (tasks > 4)
    for (Index task = 0; task < tasks; ++task) {
      const Index piece = task % pieces_.count, rest = task / pieces_.count;
      pack(w, static_cast<int>(rest / panels_), rest % panels_, piece);
    }
  }
  const Pieces& pieces() const { return pieces_; }
  const Real* at(int u, int v, Index panel, Index piece) const {
    const Index point = u * f_.w.of().points + v;
    return memory_.data() + ((point * panels_ + panel) * pieces_.count + piece) * stride_;
  }

 private:
  // The points (u, v), all v, of one panel and piece.
  void pack(const Real* w, int u, Index panel, Index piece) const {
    const SparseRow row(f_.h.of().g, u, f_.h.of().taps);
    const FilterKernel& kernel = filter_kernels(isa())[f_.w.filter];
    const Index n0 = panel * columns_, n1 = std::min(f_.out, n0 + columns_);
    const Index k0 = pieces_.begin(piece), k1 = pieces_.end(piece);
    Real* to = const_cast<Real*>(at(u, 0, panel, piece));
    const Index distance = panels_ * pieces_.count * stride_;
    const Index taps = f_.h.kernel * f_.w.kernel;
    Places from;
    const auto locate = [&](Index phase, Index outer, Index inner) {
      const Index inners = f_.turned ? f_.out : f_.in;
      std::size_t next = 0;
      for (const int a : row.used())
        for (int b = 0; b < f_.w.of().taps; ++b) {
          const Index h = f_.h.tap(phase / f_.w.phases, a), v = f_.w.tap(phase % f_.w.phases, b);
          from[next++] = h < 0 || v < 0 ? zeros_.data()
                                        : w + (outer * taps + h * f_.w.kernel + v) * inners + inner;
        }
    };
    if (n1 - n0 < columns_)
      for (int v = 0; v < f_.w.of().points; ++v)
        std::fill_n(to + v * distance, (k1 - k0) * columns_, Real(0));
    if (f_.turned) {  // a row of the panel lies together
      for (Index k = k0; k < k1; ++k) {
        locate(k / f_.in, k % f_.in, n0);
        kernel.g(row.count, row.weights.data(), from.data(), n1 - n0, to + (k - k0) * columns_,
                 distance, columns_, 0);
      }
      return;
    }
    constexpr Index kTogether = 64;  // channels, transposed while they are in cache
    const Index block = columns_ * kTogether;
    Real* lines = thread_scratch(f_.w.of().points * block, 4);
    for (Index k = k0; k < k1;) {
      const Index phase = k / f_.in, channel = k % f_.in;
      const Index count = std::min({kTogether, k1 - k, f_.in - channel});
      for (Index o = n0; o < n1; ++o) {
        locate(phase, o, channel);
        kernel.g(row.count, row.weights.data(), from.data(), count, lines + (o - n0) * kTogether,
                 block, kTogether, 0);
      }
      for (int v = 0; v < f_.w.of().points; ++v)
        transpose(lines + v * block, kTogether, n1 - n0, count,
                  to + v * distance + (k - k0) * columns_, columns_);
      k += count;
    }
  }

  const Filtering& f_;
  const Pieces pieces_;
  Index panels_, columns_, stride_;
  Scratch memory_;
  Zeros zeros_;
};

// The largest block: tiles, a multiple of a kernel's rows, and panels. Its size is a call's, so
// that a thread's memory does not depend on which blocks it gets.
struct Cut {
  Index tiles, panels;
  Cut(const Filtering& f, const Exact& numbers) {
    constexpr Index kColumns = 256, kManyWeights = 500'000;
    const Index rows = numbers.block.rows, columns = numbers.block.columns;
    panels = std::clamp<Index>(kColumns / columns, 1, ceil_div(f.out, columns));
    // Many weights are read from far away: more tiles share a reading.
    const Index most = f.points() * f.depth() * f.out > kManyWeights ? 112 : 56;
    const Index work = f.tiles() * ceil_div(f.out, columns * panels);
    const Index shared = round_up(ceil_div(work, 3 * omp_get_max_threads()), rows);
    tiles = std::clamp(shared, rows, std::max(rows, most / rows * rows));
  }
  Index results(const Exact& numbers) const { return tiles * panels * numbers.block.columns; }
};

// One block: tiles [t0, t1), panels [p0, p1). Row after row of points, each while it is in cache.
class Block {
 public:
  Block(const Filtering& f, const Exact& numbers, const Real* source, const Zeros& zeros,
        const Points& weights, const Cut& most, Index t0, Index t1, Index p0, Index p1)
      : f_(f),
        numbers_(numbers),
        kernel_(filter_kernels(isa())[f.w.filter]),
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
        results_(thread_scratch(f.h.of().outputs * f.w.of().outputs * most.results(numbers), 2)) {}

  void compute() {
    for (int u = 0; u < f_.h.of().points; ++u) {
      for (Index piece = 0; piece < weights_.pieces().count; ++piece) {
        transform(u, piece);
        multiply(u, piece);
      }
      back(u);
    }
  }

  void write(Real* image, const Epilogue& epilogue) const {
    const int rows = f_.h.of().outputs, columns = f_.w.of().outputs;
    const Index height = f_.h.result_extent, width = f_.w.result_extent;
    for (Index t = 0; t < tiles_; ++t) {
      const TilePlace tile(f_, t0_ + t);
      for (int i = 0; i < rows; ++i) {
        const Index p = tile.h * rows + i;
        if (p >= f_.h.results) break;
        for (int j = 0; j < columns; ++j) {
          const Index q = tile.w * columns + j;
          if (q >= f_.w.results) break;
          const Index h = f_.h.result_first + p * f_.h.result_step;
          const Index w = f_.w.result_first + q * f_.w.result_step;
          const Real* from = result(t, i, j);
          Real* to = image + ((tile.image * height + h) * width + w) * f_.out + n0_;
          if (epilogue.bias)
            activate(epilogue, 1, n_, from, n_, epilogue.bias + n0_, to, n_);
          else
            std::copy_n(from, n_, to);
        }
      }
    }
  }

 private:
  Real* result(Index t, int i, int j) const {
    return results_ + ((t * f_.h.of().outputs + i) * f_.w.of().outputs + j) * n_;
  }

  void transform(int u, Index piece) const {
    const SparseRow row(f_.h.of().b, u, f_.h.of().points);
    const int points = f_.w.of().points;
    const Index k0 = weights_.pieces().begin(piece), k1 = weights_.pieces().end(piece);
    Places from;
    for (Index k = k0; k < k1;) {
      const Index phase = k / f_.in, channel = k % f_.in, count = std::min(k1 - k, f_.in - channel);
      for (Index t = 0; t < tiles_; ++t) {
        locate(f_, source_, zeros_.data(), TilePlace(f_, t0_ + t), phase, row.used(), points,
               channel, from);
        kernel_.b(row.count, row.weights.data(), from.data(), count,
                  images_ + t * kRowStride + k - k0, a_, count, 0);
      }
      k += count;
    }
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

  void back(int u) const {
    const int rows = f_.h.of().outputs, columns = f_.w.of().outputs;
    std::array<Real, kMostPoints> weights;
    for (int i = 0; i < rows; ++i) weights[i] = static_cast<Real>(f_.h.of().a[u][i].value());
    std::array<Real*, kMostPoints * kMostPoints> to;
    for (Index t = 0; t < tiles_; ++t) {
      for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j) to[i * columns + j] = result(t, i, j);
      kernel_.a_back(rows, weights.data(), products_ + t * n_, tiles_ * n_, n_, to.data(), u > 0);
    }
  }

  const Filtering& f_;
  const Exact& numbers_;
  const FilterKernel& kernel_;
  const Real* source_;
  const Zeros& zeros_;
  const Points& weights_;
  const Index t0_, tiles_, p0_, p1_, n0_, n_, a_;
  Real *images_, *products_, *results_;
};

}  // namespace

std::optional<Filtering> filtering(const Window& w) {
  if (w.dilation_h != 1 || w.dilation_w != 1) return std::nullopt;
  const auto axis = [](Index source, Index stride, Index before, Index kernel, Index results) {
    return FilteredAxis{.source = source,
                        .source_step = stride,
                        .source_first = -before,
                        .phases = std::min(stride, kernel),
                        .kernel = kernel,
                        .taps = ceil_div(kernel, stride),
                        .tap_first = 0,
                        .tap_step = stride,
                        .results = results,
                        .result_first = 0,
                        .result_step = 1,
                        .result_extent = results};
  };
  return best({.h = axis(w.height, w.stride_h, w.top, w.kernel_h, w.out_height),
               .w = axis(w.width, w.stride_w, w.left, w.kernel_w, w.out_width),
               .n = w.n,
               .in = w.in,
               .out = w.out,
               .turned = false});
}

std::optional<Filtering> filtering_of_phase(const Window& w, Index first_h, Index first_w) {
  if (w.dilation_h != 1 || w.dilation_w != 1) return std::nullopt;
  const auto axis = [](Index source, Index stride, Index before, Index kernel, Index first,
                       Index extent) {
    Index tap = kernel - 1;  // the last one that meets the pixels `first`, `first` + stride, ...
    while (tap >= 0 && (first + before - tap) % stride != 0) --tap;
    return FilteredAxis{.source = source,
                        .source_step = 1,
                        .source_first = tap < 0 ? 0 : (first + before - tap) / stride,
                        .phases = 1,
                        .kernel = kernel,
                        .taps = tap < 0 ? 0 : tap / stride + 1,
                        .tap_first = tap,
                        .tap_step = -stride,
                        .results = ceil_div(extent - first, stride),
                        .result_first = first,
                        .result_step = stride,
                        .result_extent = extent};
  };
  return best({.h = axis(w.out_height, w.stride_h, w.top, w.kernel_h, first_h, w.height),
               .w = axis(w.out_width, w.stride_w, w.left, w.kernel_w, first_w, w.width),
               .n = w.n,
               .in = w.out,
               .out = w.in,
               .turned = true});
}

void filtered(const Filtering& f, const Real* source, const Real* w, Real* result,
              const Epilogue& epilogue) {
  const Exact numbers(*exact_kernel(isa()));
  const Points weights(f, numbers, w);
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
