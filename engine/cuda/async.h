// Asynchronous copies from global to shared memory: a thread starts them, computes, and waits for
// them later; no register holds what is on its way.
//   copy_async<16>(to, from, inside);  // any number of copies
//   commit_copies();                   // they form a group
//   wait_for_copies<0>();              // all groups of this thread have arrived
//   __syncthreads();                   // those of the block's other threads too
// Source: the PTX manual, cp.async.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace engine::cuda {

// Starts copying 4, 8 or 16 bytes between addresses that are multiples of it; if not `inside`, zeros,
// and `from` may be any such address. Reads go through the L1 cache, because neighboring taps of a
// convolution share pixels, and bring 128 bytes into L2.
template <int bytes>
__device__ inline void copy_async(void* to, const void* from, bool inside) {
  static_assert(bytes == 4 || bytes == 8 || bytes == 16);
#ifdef __CUDACC__
  asm volatile("cp.async.ca.shared.global.L2::128B [%0], [%1], %2, %3;" ::"r"(
                   static_cast<std::uint32_t>(__cvta_generic_to_shared(to))),
               "l"(from), "n"(bytes), "r"(inside ? bytes : 0)
               : "memory");
#else
  emulation::start_copy(to, from, bytes, inside ? bytes : 0);
#endif
}

// Ends a group: the copies that this thread started since the last one, perhaps none.
__device__ inline void commit_copies() {
#ifdef __CUDACC__
  asm volatile("cp.async.commit_group;" ::: "memory");
#else
  emulation::end_group();
#endif
}

// Waits until at most the `left` newest groups of this thread are still on their way.
template <int left>
__device__ inline void wait_for_copies() {
#ifdef __CUDACC__
  asm volatile("cp.async.wait_group %0;" ::"n"(left) : "memory");
#else
  emulation::finish_copies(left);
#endif
}

}  // namespace engine::cuda
