#include "engine/cuda/check.h"

#include "engine/capture.h"
#include "engine/check.h"

namespace engine::cuda {

void refuse(const std::string& why) {
  if (capturing()) throw NotCaptured(why);
  throw Error(why);
}

void check(cudaError_t status, const char* op) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // forgets it, where it can be forgotten
  refuse(std::string(op) + ": CUDA says: " + cudaGetErrorString(status));
}

void check(cublasStatus_t status, const char* op) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  refuse(std::string(op) + ": cuBLAS says: " + cublasGetStatusString(status));
}

}  // namespace engine::cuda
