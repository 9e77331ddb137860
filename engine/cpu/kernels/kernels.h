// Block kernels: the innermost loops of every matrix product and convolution, one file for each
// instruction set, each compiled for that set alone. They multiply a few rows of a with a panel of
// b that lie packed in cache; everything else (product.h) is compiled for any machine.
//
// Numbers are counted in units: a Real, or a pair of bf16 in 32 bits (neighbours along k, the even
// one low), so that exact and bf16 products are the same loops.
#pragma once

#include <array>
#include <cstdint>

#include "engine/cpu/epilogue.h"
#include "engine/cpu/isa.h"
#include "engine/filtering.h"
#include "engine/real.h"

namespace engine::cpu {

// Units along k of one packed block at most, and from one row of a to the next: a constant, so that
// the rows of a block are reached with one register, and no power of two, so that they do not
// compete for the same lines of the cache.
constexpr Index kDepth = 256, kRowStride = kDepth + 16;

template <class Unit>
struct BlockKernel {
  int rows, columns;  // of c that one call computes at most
  int step;           // k is a multiple of it

  // c = a b, or c += a b if `add`: a is [m, k], rows kRowStride apart, readable up to `rows` rows;
  // b is a panel [k, columns]; of c [m, n] rows are row_c apart. m <= rows, n <= columns.
  void (*multiply)(int m, int n, Index k, const Unit* a, const Unit* b, Real* c, Index row_c,
                   bool add);
  // The same for a given transposed: [k, m], its rows kRowStride apart. Null for bf16.
  void (*multiply_across)(int m, int n, Index k, const Unit* a, const Unit* b, Real* c, Index row_c,
                          bool add);
  // The fastest that these instructions can be on one thread: products of what is in registers
  // already, `times` rounds of them. Returns the operations done (two a product).
  double (*saturate)(Index times);
};

// The exact kernel: in the precision of Real. Null if it was not built.
const BlockKernel<Real>* exact_kernel(Isa isa);

// Products of bf16 with sums in float32; and how numbers become pairs. `low` (the rounding error,
// rounded itself) is written unless it is null.
struct Bf16Kernel {
  BlockKernel<std::uint32_t> block;
  bool fast_three;  // whether three such products are faster than one exact one
  double speed;     // products in the time of one exact one, about

  // Pairs of neighbours: x[2 i] and x[2 i + 1], n pairs.
  void (*narrow)(Index n, const float* x, std::uint32_t* high, std::uint32_t* low);
  // Pairs from two rows: even[i] and odd[i], n pairs.
  void (*interleave)(Index n, const float* even, const float* odd, std::uint32_t* high,
                     std::uint32_t* low);
};
const Bf16Kernel* bf16_kernel(Isa isa);  // null where the set has none, and in double

// The transforms of one minimal filter (engine/filtering.h), of vectors of n channels. A factor's
// matrix acts along one axis, of length `columns`; of the other axis, `rows` numbers are given.
enum class FilterFactor { b, g, a };
struct FilterKernel {
  // to[p][c] = sum_j matrix[p][j] sum_i weights[i] from[i columns + j][c]. Channel c of point p
  // goes to to[p distance + c / panel panel_distance + c % panel].
  using Transform = void (*)(int rows, const Real* weights, const Real* const* from, Index n,
                             Real* to, Index distance, Index panel, Index panel_distance);
  // Along that axis alone: to[j][c] = end(sum_p matrix[p][j] from[p distance + c]). The caller does
  // what a tanh needs.
  using Back = void (*)(const Real* from, Index distance, Index n, Real* const* to,
                        const Epilogue& end);
  Transform b, g, a;
  Back g_back, a_back;
};
using FilterKernels = std::array<FilterKernel, kFilterCount>;  // in the order of kFilters
const FilterKernels& filter_kernels(Isa isa);

// What each file offers; null where the compiler could not build it.
const BlockKernel<Real>* portable_kernel();
const BlockKernel<Real>* avx2_kernel();
const BlockKernel<Real>* avx512_kernel();
const FilterKernels* portable_filters();
const FilterKernels* avx2_filters();
const FilterKernels* avx512_filters();
const Bf16Kernel* avx512_bf16_kernel();
const Bf16Kernel* amx_kernel();
const Bf16Kernel* amx_emulated_kernel();

// Whether the processor and the system have them: older compilers cannot ask by name.
bool has_avx512_bf16();
bool has_amx_bf16();

}  // namespace engine::cpu
