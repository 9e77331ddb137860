// What device code is written with, for a C++ compiler: the qualifiers, the vector types, the place
// of a thread in its block. Shared memory is thread-local storage: blocks run one after the other
// on one thread of the host, and the linker's table says where every such variable ends. Sixteen
// bytes of alignment keep it as usable as on a device, and 256 leave gaps in which faults show.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(n) __attribute__((aligned(n)))
#define __shared__ __attribute__((aligned(256))) thread_local

#define VECTOR_TYPES(scalar, name, align2, align4)                                  \
  struct __align__(align2) name##2 {                                                \
    scalar x, y;                                                                    \
  };                                                                                \
  struct name##3 {                                                                  \
    scalar x, y, z;                                                                 \
  };                                                                                \
  struct __align__(align4) name##4 {                                                \
    scalar x, y, z, w;                                                              \
  };                                                                                \
  inline name##2 make_##name##2(scalar x, scalar y) { return {x, y}; }              \
  inline name##3 make_##name##3(scalar x, scalar y, scalar z) { return {x, y, z}; } \
  inline name##4 make_##name##4(scalar x, scalar y, scalar z, scalar w) { return {x, y, z, w}; }
VECTOR_TYPES(float, float, 8, 16)
VECTOR_TYPES(double, double, 16, 16)
VECTOR_TYPES(int, int, 8, 16)
VECTOR_TYPES(unsigned, uint, 8, 16)
VECTOR_TYPES(unsigned char, uchar, 2, 4)
VECTOR_TYPES(unsigned short, ushort, 4, 8)
#undef VECTOR_TYPES

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}  // NOLINT
};

// Set by the emulator before a thread runs on. Constant for the thread that reads them, and so not
// worth a check at each use.
extern "C" {
extern const uint3 threadIdx, blockIdx, blockDim, gridDim;
}
constexpr int warpSize = 32;

namespace emulation {

// What a thread waits for. `line` tells one barrier of a source file from another.
void barrier(int line);
enum class Vote { take, ballot, any, all, multiply };
std::uint64_t warp_exchange(Vote vote, unsigned mask, std::uint64_t value, int source, int line);

// One lane's part of d += a b on tensor cores, for m by n products of 16xK and Kx8 tiles: its
// fragments d[m][n][4], a[m][4], b[n][2] as mma.m16n8k8 lays them out, with one TF32 operand in a
// register, whose lowest 13 bits are ignored as hardware does; or mma.m16n8k16, with two bfloat16.
struct Multiplication {
  float* d;
  const std::uint32_t *a, *b;
  int m, n;
  int in_register;  // operands: 1 or 2
};
void warp_multiply(const Multiplication& part, int line = __builtin_LINE());

// cp.async and what waits for it (asynchronous.cpp): `bytes` arrive, the first `read` of them from
// `from`, the others zero.
void start_copy(void* to, const void* from, int bytes, int read);
void end_group();
void finish_copies(int left);

// An access that the compiler does not announce itself.
enum class Access { read, write, atomic };
void announce(Access access, const void* address, std::size_t bytes);
void fence();  // with other blocks

}  // namespace emulation

inline void __syncthreads(int line = __builtin_LINE()) { emulation::barrier(line); }
inline void __threadfence() { emulation::fence(); }
inline void __threadfence_block() {}
