// Errors of CUDA and cuBLAS, as exceptions of one line that name what was being done.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

namespace engine::cuda {

// Errors: any status but success, with CUDA's own words. One that a kernel caused earlier may only
// be seen here; `op` is then the op that saw it.
void check(cudaError_t status, const char* op);
void check(cublasStatus_t status, const char* op);

}  // namespace engine::cuda
