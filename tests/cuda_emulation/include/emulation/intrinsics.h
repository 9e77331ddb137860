// The functions that CUDA adds to C++: arithmetic, bits, shuffles and votes of a warp, atomics.
#pragma once

#include <algorithm>
#include <bit>

#include "emulation/device_code.h"

// --- Shuffles and votes ----------------------------------------------------------------------

namespace emulation {

template <class T>
T exchange(unsigned mask, T value, int source, int line) {
  static_assert(sizeof(T) <= 8, "a shuffle moves at most eight bytes");
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = warp_exchange(Vote::take, mask, bits, source, line);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}
inline int lane() {
  return static_cast<int>((threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) %
                          32);
}

}  // namespace emulation

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, int line = __builtin_LINE()) {
  const int first = emulation::lane() / width * width;
  return emulation::exchange(mask, value, first + (source & (width - 1)), line);
}
// A lane whose partner lies outside its group of `width` keeps its own value.
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, int line = __builtin_LINE()) {
  const int lane = emulation::lane(), from = lane ^ bits;
  return emulation::exchange(mask, value, from / width <= lane / width ? from : lane, line);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32,
                   int line = __builtin_LINE()) {
  const int lane = emulation::lane(), from = lane + static_cast<int>(by);
  return emulation::exchange(mask, value, from / width == lane / width ? from : lane, line);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32, int line = __builtin_LINE()) {
  const int lane = emulation::lane(), from = lane - static_cast<int>(by);
  return emulation::exchange(mask, value, from >= lane / width * width ? from : lane, line);
}
inline unsigned __ballot_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
  return static_cast<unsigned>(
      emulation::warp_exchange(emulation::Vote::ballot, mask, predicate != 0, 0, line));
}
inline int __any_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
  return static_cast<int>(
      emulation::warp_exchange(emulation::Vote::any, mask, predicate != 0, 0, line));
}
inline int __all_sync(unsigned mask, int predicate, int line = __builtin_LINE()) {
  return static_cast<int>(
      emulation::warp_exchange(emulation::Vote::all, mask, predicate != 0, 0, line));
}
inline void __syncwarp(unsigned mask = 0xffffffffu, int line = __builtin_LINE()) {
  emulation::warp_exchange(emulation::Vote::all, mask, 0, 0, line);
}

// --- Arithmetic ------------------------------------------------------------------------------

using std::isfinite;
using std::isinf;
using std::isnan;

inline float min(float x, float y) { return std::fmin(x, y); }
inline float max(float x, float y) { return std::fmax(x, y); }
inline double min(double x, double y) { return std::fmin(x, y); }
inline double max(double x, double y) { return std::fmax(x, y); }
inline int min(int x, int y) { return std::min(x, y); }
inline int max(int x, int y) { return std::max(x, y); }
inline unsigned min(unsigned x, unsigned y) { return std::min(x, y); }
inline unsigned max(unsigned x, unsigned y) { return std::max(x, y); }
inline long min(long x, long y) { return std::min(x, y); }
inline long max(long x, long y) { return std::max(x, y); }
inline long long min(long long x, long long y) { return std::min(x, y); }
inline long long max(long long x, long long y) { return std::max(x, y); }
inline unsigned long min(unsigned long x, unsigned long y) { return std::min(x, y); }
inline unsigned long max(unsigned long x, unsigned long y) { return std::max(x, y); }

inline float rsqrtf(float x) { return 1 / std::sqrt(x); }
inline double rsqrt(double x) { return 1 / std::sqrt(x); }
inline void sincospif(float x, float* sine, float* cosine) {
  *sine = static_cast<float>(std::sin(x * M_PI));
  *cosine = static_cast<float>(std::cos(x * M_PI));
}

// Rounded once each, and never contracted: the compiler does not look into them.
__noinline__ inline float __fadd_rn(float x, float y) { return x + y; }
__noinline__ inline float __fsub_rn(float x, float y) { return x - y; }
__noinline__ inline float __fmul_rn(float x, float y) { return x * y; }
__noinline__ inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline float __fmaf_rn(float x, float y, float z) { return std::fma(x, y, z); }
__noinline__ inline double __dadd_rn(double x, double y) { return x + y; }
__noinline__ inline double __dsub_rn(double x, double y) { return x - y; }
__noinline__ inline double __dmul_rn(double x, double y) { return x * y; }
inline double __fma_rn(double x, double y, double z) { return std::fma(x, y, z); }

inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1; }
inline unsigned __umulhi(unsigned x, unsigned y) {
  return static_cast<unsigned>((std::uint64_t{x} * y) >> 32);
}

template <class T>
inline T __ldg(const T* address) {
  return *address;
}

// --- Atomics: threads run in turn, so that reading and writing back is one step ---------------

namespace emulation {

// Puts make(before) at an address; returns before.
template <class T, class Make>
__attribute__((noinline, no_sanitize("thread"))) T atomic(T* address, const Make& make) {
  announce(Access::atomic, address, sizeof(T));
  T before;
  std::memcpy(&before, address, sizeof(T));
  const T after = make(before);
  std::memcpy(address, &after, sizeof(T));
  return before;
}

}  // namespace emulation

template <class T>
T atomicAdd(T* address, T value) {
  return emulation::atomic(address, [&](T before) { return before + value; });
}
// Counts to `last`, then begins again at 0.
inline unsigned atomicInc(unsigned* address, unsigned last) {
  return emulation::atomic(address,
                           [&](unsigned before) { return before >= last ? 0 : before + 1; });
}
template <class T>
T atomicExch(T* address, T value) {
  return emulation::atomic(address, [&](T) { return value; });
}
template <class T>
T atomicCAS(T* address, T expected, T value) {
  return emulation::atomic(address, [&](T before) { return before == expected ? value : before; });
}
template <class T>
T atomicMax(T* address, T value) {
  return emulation::atomic(address, [&](T before) { return before < value ? value : before; });
}
