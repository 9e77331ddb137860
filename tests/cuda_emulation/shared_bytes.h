// Dynamic shared memory: the array that engine/cuda declares `extern __shared__`.
#pragma once

#include <cuda_runtime.h>

namespace emulation {

constexpr std::size_t kSharedBytes = 227 << 10;       // as much as one block can have
constexpr std::size_t kSharedUnlessAsked = 48 << 10;  // without cudaFuncSetAttribute

}  // namespace emulation

namespace engine::cuda {

extern __shared__ __align__(16) unsigned char shared_bytes[emulation::kSharedBytes];

}  // namespace engine::cuda
