// Real: the one number type of the engine, float32; the same sources build a second time with
// float64 (-DKANTOR_DOUBLE) for gradient checks and golden values. Index: every size and offset.
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define KANTOR_DEVICE __host__ __device__  // in front of functions that CUDA kernels call as well
#else
#define KANTOR_DEVICE
#endif

namespace engine {

#ifdef KANTOR_DOUBLE
using Real = double;
#else
using Real = float;
#endif

using Index = std::int64_t;

}  // namespace engine
