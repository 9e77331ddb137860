// Errors of CUDA and cuBLAS, as one-line exceptions that name the operation. During a capture they
// become NotCaptured (capture.h).
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <string>

namespace engine::cuda {

// Errors: any status except success, with CUDA's own text. An error of an earlier kernel may only
// surface here; `op` is then the op that noticed it.
void check(cudaError_t status, const char* op);
void check(cublasStatus_t status, const char* op);
[[noreturn]] void refuse(const std::string& why);

}  // namespace engine::cuda
