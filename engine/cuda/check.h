// Errors of CUDA and cuBLAS, as exceptions of one line that name what was being done.
// While a step is being captured, an error says that it cannot be: NotCaptured (capture.h).
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <string>

namespace engine::cuda {

// Errors: any status but success, with CUDA's own words. One that a kernel caused earlier may only
// be seen here; `op` is then the op that saw it.
void check(cudaError_t status, const char* op);
void check(cublasStatus_t status, const char* op);
[[noreturn]] void refuse(const std::string& why);

}  // namespace engine::cuda
