// last_block: how blocks of one launch hand results to each other. Each of them writes its own and
// takes a ticket; the one that takes the last ticket sees what all of them wrote. It combines that
// in a fixed order, so the bits do not depend on which block it is. Tickets come from
// CudaBackend::tickets and are 0 before and after each launch.
// Source: the CUDA sample threadFenceReduction; the place of barriers and fences is that of
// cooperative groups' grid barrier.
#pragma once

#include "engine/cuda/launch.h"

namespace engine::cuda {

// Called by all threads of each of `blocks` blocks; `last` is in shared memory.
__device__ inline bool last_block(unsigned* ticket, Index blocks, bool& last) {
  const auto final_ticket = static_cast<unsigned>(blocks - 1);
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicInc(ticket, final_ticket) == final_ticket;
    __threadfence();
  }
  __syncthreads();
  return last;
}

}  // namespace engine::cuda
