// Launching kernels, in one place: grids and blocks have one dimension, errors name the op, and a
// kernel's shared memory is one struct whose size is part of the launch.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

#include "engine/cuda/check.h"
#include "engine/real.h"

namespace engine::cuda {

constexpr int kThreads = 256;  // of a block, in every kernel

struct Grid {
  Index blocks;
  std::size_t shared = 0;  // bytes of block_memory
};

// A grid with a thread for each of n items.
inline Grid one_each(Index n) { return {(n + kThreads - 1) / kThreads}; }

template <class... Takes, class... Given>
void launch(const char* op, cudaStream_t stream, const Grid& grid, void (*kernel)(Takes...),
            Given&&... arguments) {
  if (grid.blocks == 0) return;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(grid.blocks), 1, 1);
  config.blockDim = dim3(kThreads, 1, 1);
  config.dynamicSmemBytes = grid.shared;
  config.stream = stream;
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Given>(arguments)...), op);
}

// The number of this thread in the grid.
__device__ inline Index thread_number() {
  return static_cast<Index>(blockIdx.x) * kThreads + threadIdx.x;
}

// The memory that the threads of a block share. Its size must be in the launch's grid.
template <class T>
__device__ T& block_memory() {
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  return *reinterpret_cast<T*>(shared_bytes);
}

}  // namespace engine::cuda
