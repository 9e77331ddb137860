// AVX-512: 32 registers of 16 numbers; 14 x 2 of them hold results. Compiled with -mavx512f.
#include "engine/cpu/kernels/block.h"
#include "engine/cpu/kernels/transform.h"
#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace engine::cpu {

#if defined(__AVX512F__) && !defined(KANTOR_DOUBLE)
namespace {

struct Lanes {
  using Unit = float;
  using Register = __m512;
  using Factor = __m512;
  static constexpr int kLanes = 16, kRows = 14, kVectors = 2;
  static constexpr bool kPairs = false;
  static Register zero() { return _mm512_setzero_ps(); }
  static Factor load(const float* x) { return _mm512_loadu_ps(x); }
  static Factor repeat(const float* x) { return _mm512_set1_ps(*x); }
  static Register multiply_add(Factor x, Factor y, Register z) { return _mm512_fmadd_ps(x, y, z); }
  static Register plus(Register x, const float* y) { return _mm512_add_ps(x, _mm512_loadu_ps(y)); }
  static void store(float* to, Register x) { _mm512_storeu_ps(to, x); }
};

}  // namespace

const BlockKernel<Real>* avx512_kernel() {
  static constexpr BlockKernel<Real> kernel = block_kernel<Lanes>();
  return &kernel;
}
const FilterKernels* avx512_filters() {
  static constexpr FilterKernels kernels = filter_kernels<Lanes>();
  return &kernels;
}
#else
const BlockKernel<Real>* avx512_kernel() { return nullptr; }
const FilterKernels* avx512_filters() { return nullptr; }
#endif

}  // namespace engine::cpu
