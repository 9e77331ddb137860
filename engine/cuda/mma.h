// Matrix products of a warp on tensor cores: d += a b for tiles of 16x8 and 8x8 numbers, as TF32
// operands with sums in float32. Lane l of the warp, with g = l / 4 and t = l % 4, holds
//   a[0..3]   a(g, t), a(g + 8, t), a(g, t + 4), a(g + 8, t + 4)
//   b[0..1]   b(t, g), b(t + 4, g)
//   d[0..3]   d(g, 2 t), d(g, 2 t + 1), d(g + 8, 2 t), d(g + 8, 2 t + 1)
// Source: the PTX manual, mma.m16n8k8 with .tf32.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace engine::cuda {

// Rounded to ten bits of fraction, ties away from zero; or to the seven of bfloat16, ties to even:
// every bfloat16 is a TF32 number.
__device__ inline std::uint32_t rounded(float x, bool to_bfloat16) {
  const std::uint32_t bits = __float_as_uint(x);
  if (to_bfloat16 && x == x) return (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
#ifdef __CUDACC__
  std::uint32_t result;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(result) : "f"(x));
  return result;
#else
  return isfinite(x) ? (bits + 0x1000) & ~0x1fffu : bits;
#endif
}

// All products of m tiles of rows and n of columns. All 32 lanes call it together.
template <int m, int n>
__device__ inline void multiply_add(float (&d)[m][n][4], const std::uint32_t (&a)[m][4],
                                    const std::uint32_t (&b)[n][2]) {
#ifdef __CUDACC__
#pragma unroll
  for (int i = 0; i < m; ++i)
#pragma unroll
    for (int j = 0; j < n; ++j)
      asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
          "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
          : "+f"(d[i][j][0]), "+f"(d[i][j][1]), "+f"(d[i][j][2]), "+f"(d[i][j][3])
          : "r"(a[i][0]), "r"(a[i][1]), "r"(a[i][2]), "r"(a[i][3]), "r"(b[j][0]), "r"(b[j][1]));
#else
  emulation::warp_multiply({&d[0][0][0], &a[0][0], &b[0][0], m, n});
#endif
}

}  // namespace engine::cuda
