// Any machine, float32 and float64: the compiler's own vectors, as wide as the build's instruction
// set.
#include <cstring>

#include "engine/cpu/kernels/block.h"
#include "engine/cpu/kernels/transform.h"

namespace engine::cpu {
namespace {

#ifdef __AVX__
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif

struct Lanes {
  using Unit = Real;
  using Register __attribute__((vector_size(kBytes))) = Real;
  using Factor = Register;
  static constexpr int kLanes = kBytes / sizeof(Real), kRows = 4, kVectors = 2;
  static constexpr bool kPairs = false;
  static Register zero() { return Register{}; }
  static Factor load(const Real* x) {
    Factor v;
    std::memcpy(&v, x, sizeof v);
    return v;
  }
  static Factor repeat(const Real* x) { return *x - Factor{}; }
  static Register multiply_add(Factor x, Factor y, Register z) { return z + x * y; }
  static Register plus(Register x, const Real* y) { return x + load(y); }
  static void store(Real* to, Register x) { std::memcpy(to, &x, sizeof x); }
};

}  // namespace

const BlockKernel<Real>* portable_kernel() {
  static constexpr BlockKernel<Real> kernel = block_kernel<Lanes>();
  return &kernel;
}
const FilterKernels* portable_filters() {
  static constexpr FilterKernels kernels = filter_kernels<Lanes>();
  return &kernels;
}

}  // namespace engine::cpu
