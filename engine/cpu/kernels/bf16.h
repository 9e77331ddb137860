// bf16, the upper half of a float32, in plain arithmetic: rounded to nearest, ties to even.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace engine::cpu {
namespace {

inline float from_bits(std::uint32_t bits) {
  float x = 0;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// The 16 bits of x rounded to bf16. NaN stays NaN.
inline std::uint32_t bf16_of(float x) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  if (std::isnan(x)) return bits >> 16 | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

inline float even_of(std::uint32_t pair) { return from_bits(pair << 16); }
inline float odd_of(std::uint32_t pair) { return from_bits(pair & 0xffff0000); }

// x and y as a pair, and their rounding errors (0 where those are not finite).
inline void split_pair(float x, float y, std::uint32_t* high, std::uint32_t* low) {
  *high = bf16_of(x) | bf16_of(y) << 16;
  if (low == nullptr) return;
  const float rest_x = x - even_of(*high), rest_y = y - odd_of(*high);
  *low = bf16_of(std::isfinite(rest_x) ? rest_x : 0) | bf16_of(std::isfinite(rest_y) ? rest_y : 0)
                                                           << 16;
}

}  // namespace
}  // namespace engine::cpu
