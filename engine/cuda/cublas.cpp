// The functions of cuBLAS that this backend calls: each calls its namesake in the library, which is
// opened with the first CUDA device. Linking the library would cost every program 150 MB of memory
// and a tenth of a second at startup, even on machines without a GPU.
#include <cublas_v2.h>
#include <dlfcn.h>

#include "engine/check.h"
#include "engine/cuda/library.h"

namespace {

void* library() {
  static void* const opened = [] {
    void* found = engine::cuda::open_library(KANTOR_CUBLAS_NAME, KANTOR_CUBLAS_PATH);
    if (!found) engine::fail("device: cuBLAS cannot be opened (", dlerror(), "); use cpu");
    return found;
  }();
  return opened;
}

template <class Result, class... Arguments>
Result call(const char* name, Arguments... arguments) {
  return engine::cuda::call_in<Result>(library(), "cuBLAS", name, arguments...);
}

}  // namespace

extern "C" {

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  return call<cublasStatus_t>("cublasCreate_v2", handle);
}

cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  return call<cublasStatus_t>("cublasSetStream_v2", handle, stream);
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  return call<cublasStatus_t>("cublasSetWorkspace_v2", handle, workspace, bytes);
}

const char* cublasGetStatusString(cublasStatus_t status) {
  return call<const char*>("cublasGetStatusString", status);
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t transpose_a,
                            cublasOperation_t transpose_b, int m, int n, int k, const void* alpha,
                            const void* a, cudaDataType type_a, int lda, const void* b,
                            cudaDataType type_b, int ldb, const void* beta, void* c,
                            cudaDataType type_c, int ldc, cublasComputeType_t compute,
                            cublasGemmAlgo_t algorithm) {
  return call<cublasStatus_t>("cublasGemmEx", handle, transpose_a, transpose_b, m, n, k, alpha, a,
                              type_a, lda, b, type_b, ldb, beta, c, type_c, ldc, compute,
                              algorithm);
}

cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t transpose_a,
                                          cublasOperation_t transpose_b, int m, int n, int k,
                                          const void* alpha, const void* a, cudaDataType type_a,
                                          int lda, long long stride_a, const void* b,
                                          cudaDataType type_b, int ldb, long long stride_b,
                                          const void* beta, void* c, cudaDataType type_c, int ldc,
                                          long long stride_c, int batch,
                                          cublasComputeType_t compute, cublasGemmAlgo_t algorithm) {
  return call<cublasStatus_t>("cublasGemmStridedBatchedEx", handle, transpose_a, transpose_b, m, n,
                              k, alpha, a, type_a, lda, stride_a, b, type_b, ldb, stride_b, beta, c,
                              type_c, ldc, stride_c, batch, compute, algorithm);
}

}  // extern "C"
