// The block kernel of every vector instruction set, once: a block of results stays in registers
// while a column of a (one unit per row, repeated over the lanes) is multiplied by a row of the
// panel. A set is a struct Lanes with
//
//   Unit, Register, Factor      a unit of a and b; vectors of results and of units
//   kLanes, kRows, kVectors     results in a vector, and the shape of a block in vectors
//   kPairs                      whether a unit is a pair of bf16
//   zero, load, repeat, multiply_add, plus, store
//
// in an anonymous namespace, so that instantiations stay within the file compiled for that set.
#pragma once

#include "engine/cpu/kernels/kernels.h"

namespace engine::cpu {

template <class Lanes, bool kAcross, int kM, int kN>
void multiply_block(int n, Index k, const typename Lanes::Unit* a, const typename Lanes::Unit* b,
                    Real* c, Index row_c, bool add) {
  constexpr int kLanes = Lanes::kLanes, kPanel = kLanes * Lanes::kVectors;
  typename Lanes::Register sum[kM][kN];
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) sum[i][j] = Lanes::zero();
  constexpr Index kRow = kAcross ? 1 : kRowStride, kStep = kAcross ? kRowStride : 1;
  for (; k > 0; --k, a += kStep, b += kPanel) {
    typename Lanes::Factor panel[kN];
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) panel[j] = Lanes::load(b + j * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i) {
      const typename Lanes::Factor unit = Lanes::repeat(a + i * kRow);
#pragma GCC unroll 4
      for (int j = 0; j < kN; ++j) sum[i][j] = Lanes::multiply_add(unit, panel[j], sum[i][j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < kN; ++j) {
      Real* to = c + i * row_c + j * kLanes;
      const int left = n - j * kLanes;
      if (left >= kLanes) {
        Lanes::store(to, add ? Lanes::plus(sum[i][j], to) : sum[i][j]);
      } else {
        alignas(64) Real edge[kLanes];
        Lanes::store(edge, sum[i][j]);
        for (int l = 0; l < left; ++l) to[l] = add ? to[l] + edge[l] : edge[l];
      }
    }
  }
}

// The kernels of all numbers of rows: rest is m - 1.
template <class Lanes, bool kAcross, int kN, int kM = Lanes::kRows>
void multiply_rows(int m, int n, Index k, const typename Lanes::Unit* a,
                   const typename Lanes::Unit* b, Real* c, Index row_c, bool add) {
  if constexpr (kM > 1) {
    if (m < kM) return multiply_rows<Lanes, kAcross, kN, kM - 1>(m, n, k, a, b, c, row_c, add);
  }
  multiply_block<Lanes, kAcross, kM, kN>(n, k, a, b, c, row_c, add);
}

template <class Lanes, bool kAcross>
void multiply(int m, int n, Index k, const typename Lanes::Unit* a, const typename Lanes::Unit* b,
              Real* c, Index row_c, bool add) {
  if (n > Lanes::kLanes) {
    multiply_rows<Lanes, kAcross, Lanes::kVectors>(m, n, k, a, b, c, row_c, add);
  } else {
    multiply_rows<Lanes, kAcross, 1>(m, n, k, a, b, c, row_c, add);
  }
}

// Independent sums, enough to fill the pipelines.
template <class Lanes>
double saturate(Index times) {
  constexpr int kSums = 12;
  alignas(64) typename Lanes::Unit units[Lanes::kLanes];
  alignas(64) Real starts[kSums + Lanes::kLanes];
  volatile Real zero{};  // the compiler must not see that all is zero
  for (auto& unit : units) unit = static_cast<typename Lanes::Unit>(zero);
  for (auto& start : starts) start = zero;
  const typename Lanes::Factor x = Lanes::load(units), y = Lanes::repeat(units);
  typename Lanes::Register sum[kSums];
#pragma GCC unroll 16
  for (int i = 0; i < kSums; ++i) sum[i] = Lanes::plus(Lanes::zero(), starts + i);
  for (Index t = 0; t < times; ++t) {
#pragma GCC unroll 16
    for (int i = 0; i < kSums; ++i) sum[i] = Lanes::multiply_add(x, y, sum[i]);
  }
  alignas(64) Real result[Lanes::kLanes];
  for (int i = 0; i < kSums; ++i) {
    Lanes::store(result, sum[i]);
    volatile Real used = result[0];
    (void)used;
  }
  constexpr int kProducts = Lanes::kPairs ? 2 : 1;
  return 2.0 * kProducts * kSums * Lanes::kLanes * static_cast<double>(times);
}

template <class Lanes>
constexpr BlockKernel<typename Lanes::Unit> block_kernel() {
  return {Lanes::kRows,
          Lanes::kLanes * Lanes::kVectors,
          1,
          &multiply<Lanes, false>,
          &multiply<Lanes, true>,
          &saturate<Lanes>};
}

}  // namespace engine::cpu
