#include "engine/cuda/check.h"

#include "engine/check.h"

namespace engine::cuda {

void check(cudaError_t status, const char* op) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // forgets it, where it can be forgotten
  fail(op, ": CUDA says: ", cudaGetErrorString(status));
}

void check(cublasStatus_t status, const char* op) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  fail(op, ": cuBLAS says: ", cublasGetStatusString(status));
}

}  // namespace engine::cuda
