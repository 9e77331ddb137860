// AVX2 with FMA: 16 registers of 8 numbers; 6 x 2 of them hold results. Compiled with -mavx2 -mfma.
#include "engine/cpu/kernels/block.h"
#include "engine/cpu/kernels/transform.h"
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

namespace engine::cpu {

#if defined(__AVX2__) && defined(__FMA__) && !defined(KANTOR_DOUBLE)
namespace {

struct Lanes {
  using Unit = float;
  using Register = __m256;
  using Factor = __m256;
  static constexpr int kLanes = 8, kRows = 6, kVectors = 2;
  static constexpr bool kPairs = false;
  static Register zero() { return _mm256_setzero_ps(); }
  static Factor load(const float* x) { return _mm256_loadu_ps(x); }
  static Factor repeat(const float* x) { return _mm256_broadcast_ss(x); }
  static Register multiply_add(Factor x, Factor y, Register z) { return _mm256_fmadd_ps(x, y, z); }
  static Register plus(Register x, const float* y) { return _mm256_add_ps(x, _mm256_loadu_ps(y)); }
  static void store(float* to, Register x) { _mm256_storeu_ps(to, x); }
};

}  // namespace

const BlockKernel<Real>* avx2_kernel() {
  static constexpr BlockKernel<Real> kernel = block_kernel<Lanes>();
  return &kernel;
}
const FilterKernels* avx2_filters() {
  static constexpr FilterKernels kernels = filter_kernels<Lanes>();
  return &kernels;
}
#else
const BlockKernel<Real>* avx2_kernel() { return nullptr; }
const FilterKernels* avx2_filters() { return nullptr; }
#endif

}  // namespace engine::cpu
