// AVX512_BF16: the loops of AVX-512 on pairs of bf16; one instruction multiplies 32 pairs of
// numbers and adds 16 sums. Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512bf16.
#include "engine/cpu/kernels/block.h"
#ifdef __AVX512BF16__
#include <immintrin.h>

#include "engine/cpu/kernels/pairs.h"
#endif

namespace engine::cpu {

#if defined(__AVX512BF16__) && !defined(KANTOR_DOUBLE)
namespace {

struct Lanes {
  using Unit = std::uint32_t;
  using Register = __m512;
  using Factor = __m512i;
  static constexpr int kLanes = 16, kRows = 14, kVectors = 2;
  static constexpr bool kPairs = true;
  static Register zero() { return _mm512_setzero_ps(); }
  static Factor load(const Unit* x) { return _mm512_loadu_si512(x); }
  static Factor repeat(const Unit* x) { return _mm512_set1_epi32(static_cast<int>(*x)); }
  static Register multiply_add(Factor x, Factor y, Register z) {
    return _mm512_dpbf16_ps(z, (__m512bh)x, (__m512bh)y);
  }
  static Register plus(Register x, const float* y) { return _mm512_add_ps(x, _mm512_loadu_ps(y)); }
  static void store(float* to, Register x) { _mm512_storeu_ps(to, x); }
};

}  // namespace

const Bf16Kernel* avx512_bf16_kernel() {
  // Three of these products take 1.5 to 3 times as long as an exact one.
  static constexpr Bf16Kernel kernel = {block_kernel<Lanes>(), false, 2, &narrow, &interleave};
  return &kernel;
}
#else
const Bf16Kernel* avx512_bf16_kernel() { return nullptr; }
#endif

}  // namespace engine::cpu
