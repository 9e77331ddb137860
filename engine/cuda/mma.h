// Matrix products of a warp on tensor cores: d += a b for tiles of 16 x K and K x 8 numbers, with
// sums in float32. Lane l of the warp, with g = l / 4 and t = l % 4, holds of d
//   d[0..3]   d(g, 2 t), d(g, 2 t + 1), d(g + 8, 2 t), d(g + 8, 2 t + 1)
// and, of operands in TF32, where K = 8, one number in each register
//   a[0..3]   a(g, t), a(g + 8, t), a(g, t + 4), a(g + 8, t + 4)
//   b[0..1]   b(t, g), b(t + 4, g)
// or in bfloat16, where K = 16, two: terms 2 t and 2 t + 1, the first in the lower half
//   a[0..3]   a(g, 2 t ..), a(g + 8, 2 t ..), a(g, 2 t + 8 ..), a(g + 8, 2 t + 8 ..)
//   b[0..1]   b(2 t .., g), b(2 t + 8 .., g)
// Source: the PTX manual, mma.m16n8k8 with .tf32 and mma.m16n8k16 with .bf16.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/geometry.h"

namespace engine::cuda {

// A number as bfloat16: ties to even; NaN as the hardware's instruction writes it.
__device__ inline Bfloat16 narrowed(float x) {
  const std::uint32_t bits = __float_as_uint(x);
  const std::uint32_t rounded = x == x ? bits + 0x7fff + (bits >> 16 & 1) : 0x7fff0000u;
  return {static_cast<std::uint16_t>(rounded >> 16)};
}

// How operands are multiplied, and what a register holds of them: kTerms numbers from x on.

// As TF32: ten bits of fraction, rounded with ties away from zero. Adds half a unit in the last
// place, since hardware truncates; NaN and infinity stay. (cvt.rna.tf32 costs as many instructions,
// plus moves.)
struct AsTf32 {
  static constexpr int kTerms = 1;

  static __device__ std::uint32_t in_register(const float* x) {
    const float power = __uint_as_float(__float_as_uint(x[0]) & 0xff800000u);
    return __float_as_uint(__fmaf_rn(power, 0x1p-11F, x[0]));
  }
};

// As bfloat16: seven bits of fraction, rounded with ties to even unless they are stored so.
struct AsBfloat16 {
  static constexpr int kTerms = 2;

  static __device__ std::uint32_t in_register(const float* x) {
#ifdef __CUDACC__
    std::uint32_t result;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(x[1]), "f"(x[0]));
    return result;
#else
    return narrowed(x[0]).bits | static_cast<std::uint32_t>(narrowed(x[1]).bits) << 16;
#endif
  }
  static __device__ std::uint32_t in_register(const Bfloat16* x) {
    return x[0].bits | static_cast<std::uint32_t>(x[1].bits) << 16;
  }
};

// All products of m tiles of rows and n of columns. All 32 lanes call it together.
template <class Operand, int m, int n>
__device__ inline void multiply_add(float (&d)[m][n][4], const std::uint32_t (&a)[m][4],
                                    const std::uint32_t (&b)[n][2]) {
#ifdef __CUDACC__
#pragma unroll
  for (int i = 0; i < m; ++i)
#pragma unroll
    for (int j = 0; j < n; ++j)
      if constexpr (Operand::kTerms == 1) {
        asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
            "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(d[i][j][0]), "+f"(d[i][j][1]), "+f"(d[i][j][2]), "+f"(d[i][j][3])
            : "r"(a[i][0]), "r"(a[i][1]), "r"(a[i][2]), "r"(a[i][3]), "r"(b[j][0]), "r"(b[j][1]));
      } else {
        asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
            "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(d[i][j][0]), "+f"(d[i][j][1]), "+f"(d[i][j][2]), "+f"(d[i][j][3])
            : "r"(a[i][0]), "r"(a[i][1]), "r"(a[i][2]), "r"(a[i][3]), "r"(b[j][0]), "r"(b[j][1]));
      }
#else
  emulation::warp_multiply({&d[0][0][0], &a[0][0], &b[0][0], m, n, Operand::kTerms});
#endif
}

}  // namespace engine::cuda
