// Narrow numbers: results that `medium` keeps as bfloat16, for half the bytes at every access.
//   z = relu or leaky relu of a convolution and its bias: implicit convolutions would round it
//       anyway, and its own gradient needs the sign alone. Not tanh, whose gradient needs all
//       digits, nor a convolution without activation, which batch norm reads.
//   dx, the gradient before an activation: the two other slots of the convolution read it. The
//       bias's gradient sums it before it is rounded.
// Nothing changes for convolutions; other readers of z see rounded values. A network gains as far as
// convolutions alone read z: whoever needs Reals reads and writes a copy.
//
// Here are device functions that read and write arrays of either kind, and the Reals of an array for
// work that needs them.
#pragma once

#include <cuda_runtime.h>

#include "engine/cuda/backend.h"
#include "engine/cuda/mma.h"
#include "engine/cuda/pack.h"

namespace engine::cuda {

__device__ inline Real widened(Bfloat16 x) {
  return __uint_as_float(static_cast<std::uint32_t>(x.bits) << 16);
}
// Element `i`. The kind is the same for all threads.
__device__ inline Real element(const Operand& x, Index i) {
  return x.narrow ? widened(x.narrow[i]) : x.wide[i];
}
__device__ inline void set_element(const Operand& x, Index i, Real value) {
  if (x.narrow) {
    x.narrow[i] = narrowed(value);
  } else {
    x.wide[i] = value;
  }
}

__device__ inline void store(const Operand& x, const Pack<kPack>& pack) {
  struct alignas(kPack * sizeof(Bfloat16)) Narrow {
    Bfloat16 value[kPack];
  };
  if (x.narrow) {
    Narrow narrow;
    for (int j = 0; j < kPack; ++j) narrow.value[j] = narrowed(pack.value[j]);
    *reinterpret_cast<Narrow*>(x.narrow) = narrow;
  } else {
    store<kPack>(x.wide, 0, pack);
  }
}

// Whether rows of so many elements are whole packs of 16 bytes.
constexpr Index kNarrowPack = 16 / sizeof(Bfloat16);
inline bool in_packs(const Real* x, Index row) { return row % kPack == 0 && aligned(x); }
inline bool in_packs(const Bfloat16* x, Index row) { return row % kNarrowPack == 0 && aligned(x); }
inline bool in_packs(const Operand& x, Index row) {
  return x.narrow ? in_packs(x.narrow, row) : in_packs(x.wide, row);
}

// The Reals of n elements, for work enqueued in this scope.
class Widened {
 public:
  Widened(CudaBackend& backend, const Operand& x, Index n)
      : copy_(backend.memory(), x.narrow ? n : 0), data_(x.narrow ? copy_.data() : x.wide) {
    if (x.narrow) backend.widen(n, x.narrow, data_);
  }
  Real* data() const { return data_; }

 private:
  Scratch copy_;
  Real* data_;
};

}  // namespace engine::cuda
