// Block kernels: the innermost loops of every matrix product and convolution, one file for each
// instruction set, each compiled for that set alone. They multiply a few rows of a by a panel of b,
// both packed and in cache; everything else (product.h) is compiled for any machine.
//
// Numbers are counted in units: a Real, or a pair of bf16 in 32 bits (neighbors along k, the even
// one low), so that exact and bf16 products are the same loops.
#pragma once

#include <array>
#include <cstdint>

#include "engine/cpu/epilogue.h"
#include "engine/cpu/isa.h"
#include "engine/filtering.h"
#include "engine/real.h"

namespace engine::cpu {

// The most units along k of a packed block, and the distance between rows of a: a constant, so that
// one register addresses all rows of a block, and not a power of two, so that rows do not compete
// for the same cache lines.
constexpr Index kDepth = 256, kRowStride = kDepth + 16;

template <class Unit>
struct BlockKernel {
  int rows, columns;  // of c that one call computes at most
  int step;           // k is a multiple of it

  // c = a b, or c += a b if `add`: a is [m, k], rows kRowStride apart, readable up to `rows` rows;
  // b is a panel [k, columns]; c is [m, n], rows row_c apart. m <= rows, n <= columns.
  void (*multiply)(int m, int n, Index k, const Unit* a, const Unit* b, Real* c, Index row_c,
                   bool add);
  // The same for a given transposed: [k, m], its rows kRowStride apart. Null for bf16.
  void (*multiply_across)(int m, int n, Index k, const Unit* a, const Unit* b, Real* c, Index row_c,
                          bool add);
  // Measures these instructions' peak on one thread: `times` rounds of products of registers.
  // Returns the number of operations (two per product).
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

  // Pairs of neighbors: x[2 i] and x[2 i + 1], n pairs.
  void (*narrow)(Index n, const float* x, std::uint32_t* high, std::uint32_t* low);
  // Pairs from two rows: even[i] and odd[i], n pairs.
  void (*interleave)(Index n, const float* even, const float* odd, std::uint32_t* high,
                     std::uint32_t* low);
};
const Bf16Kernel* bf16_kernel(Isa isa);  // null where the set has none, and in double

// The transforms of one minimal filter (engine/filtering.h), on vectors of n channels. A factor's
// matrix acts along one axis, of length `columns`; along the other axis, `rows` weights are given.
enum class FilterFactor { b, g, a };
struct FilterKernel {
  // to[p][c] = sum_j matrix[p][j] sum_i weights[i] from[i columns + j][c]. Channel c of point p
  // goes to to[p distance + c / panel panel_distance + c % panel].
  using Transform = void (*)(int rows, const Real* weights, const Real* const* from, Index n,
                             Real* to, Index distance, Index panel, Index panel_distance);
  // Along that axis alone: to[j][c] = end(sum_p matrix[p][j] from[p distance + c]). The caller
  // applies a tanh.
  using Back = void (*)(const Real* from, Index distance, Index n, Real* const* to,
                        const Epilogue& end);
  Transform b, g, a;
  Back g_back, a_back;
};
using FilterKernels = std::array<FilterKernel, kFilterCount>;  // in the order of kFilters
const FilterKernels& filter_kernels(Isa isa);

// The kernels of each file; null if the compiler could not build it.
const BlockKernel<Real>* portable_kernel();
const BlockKernel<Real>* avx2_kernel();
const BlockKernel<Real>* avx512_kernel();
const FilterKernels* portable_filters();
const FilterKernels* avx2_filters();
const FilterKernels* avx512_filters();
const Bf16Kernel* avx512_bf16_kernel();
const Bf16Kernel* amx_kernel();
const Bf16Kernel* amx_emulated_kernel();

// Whether the processor and the system support them; older compilers cannot query them by name.
bool has_avx512_bf16();
bool has_amx_bf16();

}  // namespace engine::cpu
