// Convolutions by minimal filters: one kernel for all transforms. Each thread takes one tile (or
// kernel) of one channel, multiplies it by a matrix from either side, and writes the result. Where
// the numbers come from and go to differs: pixels, points or taps.
#include <algorithm>
#include <limits>

#include "engine/cuda/backend.h"
#include "engine/cuda/fault.h"
#include "engine/cuda/filtered.h"
#include "engine/cuda/launch.h"

namespace engine::cuda {
namespace {

constexpr int kMost = 4;  // points along an axis; the filters in use here have no more
static_assert(std::ranges::all_of(kFilters,
                                  [](const Filter& f) { return !f.exact || f.points <= kMost; }));

// A factor of a filter, or its transpose; zeros beyond.
struct FilterMatrix {
  Real at[kMost][kMost] = {};
  int rows, columns;
};

FilterMatrix matrix(const Filter::Matrix& from, int rows, int columns, bool transposed = false) {
  FilterMatrix m;
  m.rows = rows, m.columns = columns;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j)
      m.at[i][j] = static_cast<Real>((transposed ? from[j][i] : from[i][j]).value());
  return m;
}
FilterMatrix factor_b(const Filter& f) { return matrix(f.b, f.points, f.points); }
FilterMatrix factor_g(const Filter& f) { return matrix(f.g, f.points, f.taps); }
FilterMatrix factor_a(const Filter& f) { return matrix(f.a, f.points, f.outputs); }
FilterMatrix g_back(const Filter& f) { return matrix(f.g, f.taps, f.points, true); }
FilterMatrix a_back(const Filter& f) { return matrix(f.a, f.outputs, f.points, true); }

// The pixels of a tile, of one phase and channel; those outside are zeros, or not written.
template <class Number>
struct Pixels {
  struct Axis {
    Index extent, first, step, phase, outputs,
        limit;  // number k < limit of a phase: first + k step
  };
  Number* image;
  Index width_of_pixel, first_tile;
  Divider channels, phases, phases_w, tiles_w, tiles_h;
  Axis h, w;

  struct Place {
    Number* image;
    Index channels, first_h, first_w, k_h, k_w;
    Axis h, w;
    __device__ Number* at(int i, int j) const {
      const Index y = first_h + i * h.step, x = first_w + j * w.step;
      const bool inside = k_h + i < h.limit && k_w + j < w.limit && y >= 0 && y < h.extent &&
                          x >= 0 && x < w.extent;
      return inside ? image + (y * w.extent + x) * channels : nullptr;
    }
  };
  __device__ Place place(Index item) const {
    std::uint32_t rest = static_cast<std::uint32_t>(item);
    const Index channel = channels.split(rest);
    std::uint32_t phase_h = phases.split(rest);
    const Index phase_w = phases_w.split(phase_h);
    rest += static_cast<std::uint32_t>(first_tile);
    const Index k_w = tiles_w.split(rest) * w.outputs, k_h = tiles_h.split(rest) * h.outputs;
    return {image + rest * h.extent * w.extent * width_of_pixel + channel,
            width_of_pixel,
            h.first + phase_h * h.phase + k_h * h.step,
            w.first + phase_w * w.phase + k_w * w.step,
            k_h,
            k_w,
            h,
            w};
  }
};

// Numbers at points, [points_h, points_w, items].
template <class Number>
struct Points {
  Number* data;
  Index items, points_w;

  struct Place {
    Number* data;
    Index items, points_w;
    __device__ Number* at(int i, int j) const { return data + (i * points_w + j) * items; }
  };
  __device__ Place place(Index item) const { return {data + item, items, points_w}; }
};

// The taps of a kernel [rows, kernel_h, kernel_w, columns], of one phase: the items are
// [rows, phases, columns], or [phases, rows, columns] where `rows_inside`.
template <class Number>
struct Taps {
  struct Axis {
    Index kernel, first, step, phase;
  };
  Number* data;
  Index columns_of_row;
  bool rows_inside;
  Divider columns, inside, phases_w;  // `inside`: rows or phases
  Axis h, w;

  struct Place {
    Number* data;
    Index columns, first_h, first_w;
    Axis h, w;
    __device__ Number* at(int i, int j) const {
      const Index y = first_h + i * h.step, x = first_w + j * w.step;
      const bool inside = y >= 0 && y < h.kernel && x >= 0 && x < w.kernel;
      return inside ? data + (y * w.kernel + x) * columns : nullptr;
    }
  };
  __device__ Place place(Index item) const {
    std::uint32_t rest = static_cast<std::uint32_t>(item);
    const Index column = columns.split(rest);
    const std::uint32_t inner = inside.split(rest);
    const Index row = rows_inside ? inner : rest;
    std::uint32_t phase_h = rows_inside ? rest : inner;
    const Index phase_w = phases_w.split(phase_h);
    return {data + row * h.kernel * w.kernel * columns_of_row + column,
            columns_of_row,
            h.first + phase_h * h.phase,
            w.first + phase_w * w.phase,
            h,
            w};
  }
};

// to = h from w^T for each item.
template <class From, class To>
__global__ void filter_kernel(Index items, FilterMatrix h, FilterMatrix w, From from, To to) {
  const Index item = thread_number();
  if (item >= items) return;
  const auto source = from.place(item);
  Real half[kMost][kMost] = {};
#pragma unroll
  for (int j = 0; j < kMost; ++j) {
    Real column[kMost];
#pragma unroll
    for (int i = 0; i < kMost; ++i) {
      column[i] = 0;
      if (i >= h.columns || j >= w.columns) continue;
      const Real* place = source.at(i, j);
      if (place != nullptr) column[i] = *place;
    }
#pragma unroll
    for (int u = 0; u < kMost; ++u)
#pragma unroll
      for (int i = 0; i < kMost; ++i) half[u][j] += h.at[u][i] * column[i];
  }
  const auto result = to.place(item);
#pragma unroll
  for (int u = 0; u < kMost; ++u)
#pragma unroll
    for (int v = 0; v < kMost; ++v) {
      if (u >= h.rows || v >= w.rows) continue;
      Real sum = 0;
#pragma unroll
      for (int j = 0; j < kMost; ++j) sum += w.at[v][j] * half[u][j];
      Real* place = result.at(u, v);
      if (place != nullptr) *place = sum;
    }
}

template <class From, class To>
void transform(const char* op, CudaBackend& backend, Index items, const FilterMatrix& h,
               const FilterMatrix& w, const From& from, const To& to) {
  check_elements(op, items);
  launch(op, backend.stream(), one_each(items), &filter_kernel<From, To>, items, h, w, from, to);
}

constexpr Index kUnlimited = std::numeric_limits<Index>::max();

Pixels<const Real> source_tiles(const Filtering& f, const Real* source, Index first_tile) {
  const auto axis = [](const FilteredAxis& a) {
    return Pixels<const Real>::Axis{a.source,       a.source_first, a.source_step,
                                    a.phase_pixels, a.of().outputs, kUnlimited};
  };
  return {source,
          f.in,
          first_tile,
          Divider(f.in),
          Divider(f.phases()),
          Divider(f.w.phases),
          Divider(f.w.tiles()),
          Divider(f.h.tiles()),
          axis(f.h),
          axis(f.w)};
}

template <class Number>
Pixels<Number> result_tiles(const Filtering& f, Number* result, Index first_tile) {
  const auto axis = [](const FilteredAxis& a) {
    return typename Pixels<Number>::Axis{a.result_extent, a.result_first, a.result_step, 0,
                                         a.of().outputs,  a.results};
  };
  return {result,     f.out,      first_tile,           Divider(f.out),
          Divider(1), Divider(1), Divider(f.w.tiles()), Divider(f.h.tiles()),
          axis(f.h),  axis(f.w)};
}

template <class Number>
Taps<Number> taps(const Filtering& f, Number* w) {
  const auto axis = [](const FilteredAxis& a) {
    return typename Taps<Number>::Axis{a.kernel, a.tap_first, a.tap_step, a.phase_taps};
  };
  const Index columns = f.turned ? f.out : f.in;
  return {w,
          columns,
          f.turned,
          Divider(columns),
          Divider(f.turned ? f.in : f.phases()),
          Divider(f.w.phases),
          axis(f.h),
          axis(f.w)};
}

// Calls body(first tile, tiles) for pieces whose points fit into `kPiece` numbers.
template <class Body>
void for_each_piece(const Filtering& f, const Body& body) {
  constexpr Index kPiece = Index{1} << 24;
  const Index most = std::max<Index>(1, kPiece / (f.points() * std::max(f.depth(), f.out)));
  for (Index first = 0; first < f.tiles(); first += most)
    body(first, std::min(most, f.tiles() - first));
}

}  // namespace

void CudaBackend::filtered(const char* op, const Filtering& f, const Real* source, const Real* w,
                           Real* result) {
  const Filter &h = f.h.of(), &v = f.w.of();
  const Index depth = f.depth(), points = f.points(), size = depth * f.out;
  const Scratch weights(memory_, points * size);
  transform(op, *this, size, factor_g(h), factor_g(v), taps(f, w),
            Points<Real>{weights.data(), size, v.points});
  for_each_piece(f, [&](Index first, Index tiles) {
    const Scratch images(memory_, points * tiles * depth),
        products(memory_, points * tiles * f.out);
    transform(op, *this, tiles * depth, factor_b(h), factor_b(v), source_tiles(f, source, first),
              Points<Real>{images.data(), tiles * depth, v.points});
    product(op, false, !f.turned, tiles, f.out, depth, images.data(), weights.data(), 0,
            products.data(), points);
    transform(op, *this, tiles * f.out, a_back(h), a_back(v),
              Points<const Real>{products.data(), tiles * f.out, v.points},
              result_tiles(f, result, first));
  });
}

void CudaBackend::filtered_weights(const char* op, const Filtering& f, const Real* x, Real* w,
                                   const Real* y) {
  const Filter &h = f.h.of(), &v = f.w.of();
  const Index depth = f.depth(), points = f.points(), size = depth * f.out;
  const Scratch sums(memory_, points * size);
  Real before = 0;
  for_each_piece(f, [&](Index first, Index tiles) {
    const Scratch images(memory_, points * tiles * depth),
        features(memory_, points * tiles * f.out);
    transform(op, *this, tiles * depth, factor_b(h), factor_b(v), source_tiles(f, x, first),
              Points<Real>{images.data(), tiles * depth, v.points});
    transform(op, *this, tiles * f.out, factor_a(h), factor_a(v), result_tiles(f, y, first),
              Points<Real>{features.data(), tiles * f.out, v.points});
    product(op, true, false, f.out, depth, tiles, features.data(), images.data(), before,
            sums.data(), points);
    before = 1;
  });
  transform(op, *this, size, g_back(h), g_back(v), Points<const Real>{sums.data(), size, v.points},
            taps(f, w));
}

}  // namespace engine::cuda
