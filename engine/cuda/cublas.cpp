// The functions of cuBLAS that this backend calls: each calls its namesake in the library, which is
// opened with the first CUDA device. Linking the library would cost every program 150 MB of memory
// and a tenth of a second at startup, even on machines without a GPU.
#include <cublas_v2.h>
#include <dlfcn.h>

#include "engine/check.h"

namespace {

void* library() {
  static void* const opened = [] {
    void* found = dlopen(KANTOR_CUBLAS_NAME, RTLD_NOW | RTLD_LOCAL);
    // Where it was at build time: the loader may not look there.
    if (!found) found = dlopen(KANTOR_CUBLAS_PATH, RTLD_NOW | RTLD_LOCAL);
    if (!found) engine::fail("device: cuBLAS cannot be opened (", dlerror(), "); use cpu");
    return found;
  }();
  return opened;
}

// What the library's function of this name returns; the caller is its namesake and passes all on.
template <class Result, class... Arguments>
Result call(const char* name, Arguments... arguments) {
  void* found = dlsym(library(), name);
  if (!found) engine::fail("device: cuBLAS has no ", name, "; use cpu");
  return reinterpret_cast<Result (*)(Arguments...)>(found)(arguments...);
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
