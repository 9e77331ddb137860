// The transforms of minimal filters (engine/filtering.h) on vectors of channels, for every vector
// instruction set, once; the sets are the Lanes of block.h. The matrix of one axis is a
// compile-time constant: zeros cost nothing, ones no product. Along the other axis one row is
// passed as numbers, so that a caller computes one row of points at a time and the others do not
// occupy the cache.
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

// kTogether vectors at a time, so that a pointer is read once for all of them.
template <class Lanes, class Matrix, int kTogether, bool kWhole>
void transform_vectors(int rows, const Real* weights, const Real* const* from, Index c, Real* to,
                       Index distance, Index count) {
  typename Lanes::Register line[kTogether][Matrix::kColumns];
  const auto first = Lanes::repeat(weights);
#pragma GCC unroll 6
  for (int j = 0; j < Matrix::kColumns; ++j) {
    const Real* place = from[j] + c;
#pragma GCC unroll 4
    for (int l = 0; l < kTogether; ++l)
      line[l][j] = first * load_channels<Lanes, kWhole>(place + l * Lanes::kLanes, count);
  }
  for (int i = 1; i < rows; ++i) {
    const auto weight = Lanes::repeat(weights + i);
    const Real* const* row = from + i * Matrix::kColumns;
#pragma GCC unroll 6
    for (int j = 0; j < Matrix::kColumns; ++j) {
      const Real* place = row[j] + c;
#pragma GCC unroll 4
      for (int l = 0; l < kTogether; ++l)
        line[l][j] = Lanes::multiply_add(
            weight, load_channels<Lanes, kWhole>(place + l * Lanes::kLanes, count), line[l][j]);
    }
  }
#pragma GCC unroll 6
  for (int p = 0; p < Matrix::kRows; ++p)
#pragma GCC unroll 4
    for (int l = 0; l < kTogether; ++l)
      store_channels<Lanes, kWhole>(to + p * distance + l * Lanes::kLanes,
                                    combine<Lanes, Matrix, false>(p, line[l]), count);
}

template <class Lanes, int kFilter, FilterFactor kFactor>
void transform(int rows, const Real* weights, const Real* const* from, Index n, Real* to,
               Index distance, Index panel, Index panel_distance) {
  using Matrix = FilterMatrix<kFilter, kFactor>;
  // As many as fit into the registers that a block kernel's results leave free.
  constexpr int kTogether = Lanes::kRows * Lanes::kVectors > 16 ? 4 : 2;
  constexpr Index kLanes = Lanes::kLanes, kMany = kTogether * kLanes;
  for (Index begin = 0; begin < n; begin += panel, to += panel_distance) {
    const Index end = begin + panel < n ? begin + panel : n;
    Index c = begin;
    for (; c + kMany <= end; c += kMany)
      transform_vectors<Lanes, Matrix, kTogether, true>(rows, weights, from, c, to + c - begin,
                                                        distance, 0);
    if constexpr (kTogether > 2)  // a panel of two vectors
      for (; c + 2 * kLanes <= end; c += 2 * kLanes)
        transform_vectors<Lanes, Matrix, 2, true>(rows, weights, from, c, to + c - begin, distance,
                                                  0);
    for (; c + kLanes <= end; c += kLanes)
      transform_vectors<Lanes, Matrix, 1, true>(rows, weights, from, c, to + c - begin, distance,
                                                0);
    if (c < end)
      transform_vectors<Lanes, Matrix, 1, false>(rows, weights, from, c, to + c - begin, distance,
                                                 end - c);
  }
}

// The epilogue of the results before they are stored.
enum class End { nothing, bias, relu, leaky };
template <class Lanes, End kEnd>
typename Lanes::Register finish(typename Lanes::Register x, typename Lanes::Register bias,
                                typename Lanes::Register slope) {
  if constexpr (kEnd == End::nothing) return x;
  x += bias;
  if constexpr (kEnd == End::relu) return x <= Lanes::zero() ? Lanes::zero() : x;  // NaN stays
  if constexpr (kEnd == End::leaky) return x > Lanes::zero() ? x : slope * x;
  return x;
}

template <class Lanes, class Matrix, End kEnd, bool kWhole>
void back_vector(const Real* from, Index distance, Index c, Real* const* to, const Epilogue& end,
                 Index count) {
  using Register = typename Lanes::Register;
  Register point[Matrix::kRows];
#pragma GCC unroll 6
  for (int p = 0; p < Matrix::kRows; ++p)
    point[p] = load_channels<Lanes, kWhole>(from + p * distance + c, count);
  Register bias = Lanes::zero();
  const Register slope = Lanes::repeat(&end.slope);
  if constexpr (kEnd != End::nothing) bias = load_channels<Lanes, kWhole>(end.bias + c, count);
#pragma GCC unroll 6
  for (int j = 0; j < Matrix::kColumns; ++j)
    store_channels<Lanes, kWhole>(
        to[j] + c, finish<Lanes, kEnd>(combine<Lanes, Matrix, true>(j, point), bias, slope), count);
}

template <class Lanes, class Matrix, End kEnd>
void back_to(const Real* from, Index distance, Index n, Real* const* to, const Epilogue& end) {
  constexpr Index kLanes = Lanes::kLanes;
  Index c = 0;
  for (; c + kLanes <= n; c += kLanes)
    back_vector<Lanes, Matrix, kEnd, true>(from, distance, c, to, end, 0);
  if (c < n) back_vector<Lanes, Matrix, kEnd, false>(from, distance, c, to, end, n - c);
}

template <class Lanes, int kFilter, FilterFactor kFactor>
void transform_back(const Real* from, Index distance, Index n, Real* const* to,
                    const Epilogue& end) {
  using Matrix = FilterMatrix<kFilter, kFactor>;
  if (end.bias == nullptr) return back_to<Lanes, Matrix, End::nothing>(from, distance, n, to, end);
  switch (end.kind) {
    case Activation::relu:
      return back_to<Lanes, Matrix, End::relu>(from, distance, n, to, end);
    case Activation::leaky_relu:
      return back_to<Lanes, Matrix, End::leaky>(from, distance, n, to, end);
    default:
      return back_to<Lanes, Matrix, End::bias>(from, distance, n, to, end);
  }
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
