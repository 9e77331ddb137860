// Numbers to pairs of bf16 with AVX512_BF16. x = high + low + an error below 2^-16 |x|. Included by
// the files compiled for that set.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace engine::cpu {
namespace {

inline __m512 widen(__m256bh x) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)x), 16));
}

// The error of rounding to `high`; 0 where that is infinite.
inline __m256bh rest(__m512 x, __m256bh high) {
  const __m512 left = _mm512_sub_ps(x, widen(high));
  return _mm512_maskz_cvtneps_pbh(_mm512_fpclass_ps_mask(left, 0x99) ^ 0xffff, left);  // inf, NaN
}

inline void narrow(std::int64_t n, const float* x, std::uint32_t* high, std::uint32_t* low) {
  for (std::int64_t i = 0; i < n; i += 8) {
    const std::int64_t left = 2 * (n - i);
    const auto numbers = static_cast<__mmask16>(left >= 16 ? 0xffff : (1 << left) - 1);
    const auto pairs = static_cast<__mmask8>(left >= 16 ? 0xff : (1 << left / 2) - 1);
    const __m512 v = _mm512_maskz_loadu_ps(numbers, x + 2 * i);
    const __m256bh h = _mm512_cvtneps_pbh(v);
    _mm256_mask_storeu_epi32(high + i, pairs, (__m256i)h);
    if (low != nullptr) _mm256_mask_storeu_epi32(low + i, pairs, (__m256i)rest(v, h));
  }
}

inline __m512i pairs_of(__m256bh even, __m256bh odd) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32((__m256i)even),
                         _mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)odd), 16));
}

inline void interleave(std::int64_t n, const float* even, const float* odd, std::uint32_t* high,
                       std::uint32_t* low) {
  for (std::int64_t i = 0; i < n; i += 16) {
    const auto mask = static_cast<__mmask16>(n - i >= 16 ? 0xffff : (1 << (n - i)) - 1);
    const __m512 x = _mm512_maskz_loadu_ps(mask, even + i);
    const __m512 y = _mm512_maskz_loadu_ps(mask, odd + i);
    const __m256bh hx = _mm512_cvtneps_pbh(x), hy = _mm512_cvtneps_pbh(y);
    _mm512_mask_storeu_epi32(high + i, mask, pairs_of(hx, hy));
    if (low != nullptr) _mm512_mask_storeu_epi32(low + i, mask, pairs_of(rest(x, hx), rest(y, hy)));
  }
}

}  // namespace
}  // namespace engine::cpu
