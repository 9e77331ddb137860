// The transforms of minimal filters (engine/filtering.h) on vectors of channels, for every vector
// instruction set, once; the sets are the Lanes of block.h. The matrix of one axis is known when
// this is compiled: zeros cost nothing, ones no product. Of the other axis one row is taken, as
// numbers, so that a caller computes one row of points at a time and the rest stays out of cache.
#pragma once

#include <cstring>
#include <utility>

#include "engine/cpu/kernels/kernels.h"

namespace engine::cpu {

template <int kFilter, FilterFactor kFactor>
struct FilterMatrix {
  static constexpr const Filter& kOf = kFilters[kFilter];
  static constexpr int kRows = kOf.points;
  static constexpr int kColumns = kFactor == FilterFactor::b   ? kOf.points
                                  : kFactor == FilterFactor::g ? kOf.taps
                                                               : kOf.outputs;
  static constexpr Real at(int row, int column) {
    const Filter::Matrix& matrix = kFactor == FilterFactor::b   ? kOf.b
                                   : kFactor == FilterFactor::g ? kOf.g
                                                                : kOf.a;
    return static_cast<Real>(matrix[row][column].value());
  }
  struct Values {  // no std::array: its members could be linked to from elsewhere
    Real at[kRows][kColumns];
  };
  static constexpr Values kValues = [] {
    Values values{};
    for (int i = 0; i < kRows; ++i)
      for (int j = 0; j < kColumns; ++j) values.at[i][j] = at(i, j);
    return values;
  }();
};

// A whole vector of channels, or the first `count` numbers of one.
template <class Lanes, bool kWhole>
typename Lanes::Register load_channels(const Real* from, Index count) {
  if constexpr (kWhole) return Lanes::load(from);
  alignas(64) Real part[Lanes::kLanes] = {};
  std::memcpy(part, from, static_cast<std::size_t>(count) * sizeof(Real));
  return Lanes::load(part);
}
template <class Lanes, bool kWhole>
void store_channels(Real* to, typename Lanes::Register x, Index count) {
  if constexpr (kWhole) return Lanes::store(to, x);
  alignas(64) Real part[Lanes::kLanes];
  Lanes::store(part, x);
  std::memcpy(to, part, static_cast<std::size_t>(count) * sizeof(Real));
}

// matrix[row] . x, or its column's.
template <class Lanes, class Matrix, bool kBack>
typename Lanes::Register combine(int which, const typename Lanes::Register* x) {
  constexpr int kTerms = kBack ? Matrix::kRows : Matrix::kColumns;
  typename Lanes::Register sum{};
  bool none = true;
#pragma GCC unroll 6
  for (int i = 0; i < kTerms; ++i) {
    const Real factor = kBack ? Matrix::kValues.at[i][which] : Matrix::kValues.at[which][i];
    if (factor == 0) continue;
    sum = none ? factor * x[i] : sum + factor * x[i];
    none = false;
  }
  return sum;
}

template <class Lanes, class Matrix, bool kWhole>
void transform_vector(int rows, const Real* weights, const Real* const* from, Index c, Real* to,
                      Index distance, Index count) {
  typename Lanes::Register line[Matrix::kColumns];
  const auto first = Lanes::repeat(weights);
#pragma GCC unroll 6
  for (int j = 0; j < Matrix::kColumns; ++j)
    line[j] = first * load_channels<Lanes, kWhole>(from[j] + c, count);
  for (int i = 1; i < rows; ++i) {
    const auto weight = Lanes::repeat(weights + i);
    const Real* const* row = from + i * Matrix::kColumns;
#pragma GCC unroll 6
    for (int j = 0; j < Matrix::kColumns; ++j)
      line[j] =
          Lanes::multiply_add(weight, load_channels<Lanes, kWhole>(row[j] + c, count), line[j]);
  }
#pragma GCC unroll 6
  for (int p = 0; p < Matrix::kRows; ++p)
    store_channels<Lanes, kWhole>(to + p * distance, combine<Lanes, Matrix, false>(p, line), count);
}

template <class Lanes, int kFilter, FilterFactor kFactor>
void transform(int rows, const Real* weights, const Real* const* from, Index n, Real* to,
               Index distance, Index panel, Index panel_distance) {
  using Matrix = FilterMatrix<kFilter, kFactor>;
  constexpr Index kLanes = Lanes::kLanes;
  for (Index begin = 0; begin < n; begin += panel, to += panel_distance) {
    const Index end = begin + panel < n ? begin + panel : n;
    Index c = begin;
    for (; c + kLanes <= end; c += kLanes)
      transform_vector<Lanes, Matrix, true>(rows, weights, from, c, to + c - begin, distance, 0);
    if (c < end)
      transform_vector<Lanes, Matrix, false>(rows, weights, from, c, to + c - begin, distance,
                                             end - c);
  }
}

template <class Lanes, class Matrix, bool kWhole>
void transform_vector_back(int rows, const Real* weights, const Real* from, Index distance, Index c,
                           Real* const* to, bool add, Index count) {
  using Register = typename Lanes::Register;
  Register point[Matrix::kRows];
#pragma GCC unroll 6
  for (int p = 0; p < Matrix::kRows; ++p)
    point[p] = load_channels<Lanes, kWhole>(from + p * distance + c, count);
#pragma GCC unroll 6
  for (int j = 0; j < Matrix::kColumns; ++j) {
    const Register sum = combine<Lanes, Matrix, true>(j, point);
    for (int i = 0; i < rows; ++i) {
      Real* place = to[i * Matrix::kColumns + j] + c;
      const Register weight = Lanes::repeat(weights + i);
      const Register now =
          add ? Lanes::multiply_add(weight, sum, load_channels<Lanes, kWhole>(place, count))
              : weight * sum;
      store_channels<Lanes, kWhole>(place, now, count);
    }
  }
}

template <class Lanes, int kFilter, FilterFactor kFactor>
void transform_back(int rows, const Real* weights, const Real* from, Index distance, Index n,
                    Real* const* to, bool add) {
  using Matrix = FilterMatrix<kFilter, kFactor>;
  constexpr Index kLanes = Lanes::kLanes;
  Index c = 0;
  for (; c + kLanes <= n; c += kLanes)
    transform_vector_back<Lanes, Matrix, true>(rows, weights, from, distance, c, to, add, 0);
  if (c < n)
    transform_vector_back<Lanes, Matrix, false>(rows, weights, from, distance, c, to, add, n - c);
}

template <class Lanes, int kFilter>
constexpr FilterKernel filter_kernel() {
  return {&transform<Lanes, kFilter, FilterFactor::b>, &transform<Lanes, kFilter, FilterFactor::g>,
          &transform<Lanes, kFilter, FilterFactor::a>,
          &transform_back<Lanes, kFilter, FilterFactor::g>,
          &transform_back<Lanes, kFilter, FilterFactor::a>};
}

template <class Lanes, int... kFilter>
constexpr FilterKernels filter_kernels(std::integer_sequence<int, kFilter...>) {
  return {filter_kernel<Lanes, kFilter>()...};
}
template <class Lanes>
constexpr FilterKernels filter_kernels() {
  return filter_kernels<Lanes>(std::make_integer_sequence<int, kFilterCount>());
}

}  // namespace engine::cpu
