#include <cblas.h>
#include <cublas_v2.h>
#include <cuda_bf16.h>

#include <array>
#include <set>

#include "emulator.h"
#include "memory.h"
#include "stream.h"
#include "traffic.h"

struct cublasContext {
  cudaStream_t stream = nullptr;
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
  cublasPointerMode_t pointers = CUBLAS_POINTER_MODE_HOST;
};

namespace emulation {

// To ten bits of fraction, ties away from zero, as the conversion instruction does; or toward zero,
// as tensor cores do with what was not converted.
float round_to_tf32(float x) {
  if (!std::isfinite(x)) return x;
  return __uint_as_float((__float_as_uint(x) + (habits().rounding ? 0 : 0x1000)) & ~0x1fffu);
}
float round_to_bf16(float x) { return __bfloat162float(__float2bfloat16_rn(x)); }

namespace {

enum class Rounding { none, tf32, bf16 };

// A matrix in the device's memory: `columns` of `rows`, `lead` apart.
struct Matrix {
  const void* data;
  cudaDataType type;
  int rows, columns, lead;
  long long stride;  // from one of a batch to the next

  std::size_t element() const { return type == CUDA_R_16BF ? 2 : 4; }
  const char* at(long long batch, long long column) const {
    return static_cast<const char*>(data) +
           static_cast<std::size_t>(batch * stride + column * lead) * element();
  }
  bool valid() const {
    return (type == CUDA_R_32F || type == CUDA_R_16BF) && lead >= std::max(1, rows);
  }

  // Its values, column after column without gaps; empty if some cannot be read.
  std::vector<float> read(long long batch, Rounding rounding) const {
    std::vector<float> values(static_cast<std::size_t>(rows) * columns);
    for (int j = 0; j < columns; ++j) {
      const char* column = at(batch, j);
      float* to = values.data() + static_cast<std::size_t>(j) * rows;
      if (!readable("a matrix product", column, rows * element())) return {};
      if (type == CUDA_R_32F) {
        std::memcpy(to, column, static_cast<std::size_t>(rows) * 4);
        if (rounding == Rounding::none) continue;
        for (int i = 0; i < rows; ++i)
          to[i] = rounding == Rounding::tf32 ? round_to_tf32(to[i]) : round_to_bf16(to[i]);
      } else {
        for (int i = 0; i < rows; ++i)
          to[i] = __bfloat162float(reinterpret_cast<const __nv_bfloat16*>(column)[i]);
      }
    }
    return values;
  }

  void write(long long batch, const std::vector<float>& values) const {
    for (int j = 0; j < columns; ++j) {
      char* column = const_cast<char*>(at(batch, j));
      const float* from = values.data() + static_cast<std::size_t>(j) * rows;
      if (!writable("a matrix product", column, rows * element())) return;
      if (type == CUDA_R_32F)
        std::memcpy(column, from, static_cast<std::size_t>(rows) * 4);
      else
        for (int i = 0; i < rows; ++i)
          reinterpret_cast<__nv_bfloat16*>(column)[i] = __float2bfloat16_rn(from[i]);
    }
  }
};

struct Product {
  bool transpose_a, transpose_b;
  int m, n, k;
  Matrix a, b, c;
  int batch;
  Rounding rounding;
  cublasPointerMode_t pointers;
  const float *alpha, *beta;  // read when its turn comes, if they lie on the device
  float alpha_now, beta_now;

  // z = keep z + scale times the terms [from, from + count) of the sums.
  void add(int from, int count, float scale, const std::vector<float>& x,
           const std::vector<float>& y, float keep, std::vector<float>& z) const {
    const int lead_x = std::max(1, a.rows), lead_y = std::max(1, b.rows);
    cblas_sgemm(CblasColMajor, transpose_a ? CblasTrans : CblasNoTrans,
                transpose_b ? CblasTrans : CblasNoTrans, m, n, count, scale,
                x.data() + static_cast<std::ptrdiff_t>(from) * (transpose_a ? 1 : lead_x), lead_x,
                y.data() + static_cast<std::ptrdiff_t>(from) * (transpose_b ? lead_y : 1), lead_y,
                keep, z.data(), m);
  }

  void operator()() const {
    if (Traffic* traffic = counted("product")) {
      const double of_a = static_cast<double>(m) * k, of_b = static_cast<double>(k) * n,
                   of_c = static_cast<double>(m) * n;
      traffic->read += 4 * batch * (of_a + of_b + (beta_now != 0 ? of_c : 0));
      traffic->written += 4 * batch * of_c;
      traffic->flops += 2 * batch * of_a * n;
    }
    float scale = alpha_now, keep = beta_now;
    if (pointers == CUBLAS_POINTER_MODE_DEVICE) {
      if (!readable("a matrix product", alpha, 4) || !readable("a matrix product", beta, 4)) return;
      scale = *alpha, keep = *beta;
    }
    for (int i = 0; i < batch; ++i) {
      const std::vector<float> x = a.read(i, rounding), y = b.read(i, rounding);
      std::vector<float> z(static_cast<std::size_t>(m) * n);
      if (keep != 0) z = c.read(i, Rounding::none);
      if (failed()) return;
      // In another order: the second half of the sum first.
      const int half = habits().rounding ? k / 2 : 0;
      if (k > 0) add(half, k - half, scale, x, y, keep, z);
      if (half > 0) add(0, half, scale, x, y, 1, z);
      if (k == 0)
        for (float& v : z) v *= keep;
      c.write(i, z);
    }
  }
};

// What libraries choose their kernels by.
using Kernel = std::array<long long, 12>;
Kernel kernel_of(const Product& p, cublasComputeType_t compute) {
  const auto aligned = [](const Matrix& matrix) {
    const auto address = reinterpret_cast<std::uintptr_t>(matrix.data);
    return static_cast<long long>(std::min<std::uintptr_t>(address & (~address + 1), 16));
  };
  return {p.transpose_a, p.transpose_b, p.m,     p.n,          p.k,          p.a.lead,
          p.b.lead,      p.batch,       compute, aligned(p.a), aligned(p.b), aligned(p.c)};
}

Rounding rounding_of(const cublasContext& handle, cublasComputeType_t compute) {
  if (compute == CUBLAS_COMPUTE_32F_FAST_TF32) return Rounding::tf32;
  if (compute == CUBLAS_COMPUTE_32F_FAST_16BF) return Rounding::bf16;
  const bool fast = compute == CUBLAS_COMPUTE_32F && handle.math == CUBLAS_TF32_TENSOR_OP_MATH;
  return fast ? Rounding::tf32 : Rounding::none;
}

}  // namespace
}  // namespace emulation

cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t transpose_a,
                                          cublasOperation_t transpose_b, int m, int n, int k,
                                          const void* alpha, const void* a, cudaDataType type_a,
                                          int lda, long long stride_a, const void* b,
                                          cudaDataType type_b, int ldb, long long stride_b,
                                          const void* beta, void* c, cudaDataType type_c, int ldc,
                                          long long stride_c, int batch,
                                          cublasComputeType_t compute, cublasGemmAlgo_t) {
  using namespace emulation;
  if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
  const bool ta = transpose_a == CUBLAS_OP_T, tb = transpose_b == CUBLAS_OP_T;
  Product product{ta,
                  tb,
                  m,
                  n,
                  k,
                  {a, type_a, ta ? k : m, ta ? m : k, lda, stride_a},
                  {b, type_b, tb ? n : k, tb ? k : n, ldb, stride_b},
                  {c, type_c, m, n, ldc, stride_c},
                  batch,
                  rounding_of(*handle, compute),
                  handle->pointers,
                  static_cast<const float*>(alpha),
                  static_cast<const float*>(beta),
                  0,
                  0};
  if (m < 0 || n < 0 || k < 0 || batch < 0 || !product.a.valid() || !product.b.valid() ||
      !product.c.valid())
    return CUBLAS_STATUS_INVALID_VALUE;
  if (type_a != type_b) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (m == 0 || n == 0 || batch == 0) return CUBLAS_STATUS_SUCCESS;
  if (capturing() && refused("cublasGemm")) return CUBLAS_STATUS_ALLOC_FAILED;
  static std::set<Kernel> met;
  const bool first = met.insert(kernel_of(product, compute)).second;
  if (first) met_in_capture(handle->stream, "a matrix product of this shape and alignment");
  if (handle->pointers == CUBLAS_POINTER_MODE_HOST)
    product.alpha_now = *product.alpha, product.beta_now = *product.beta;
  const cudaError_t error = enqueue(handle->stream, product);
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t transpose_a,
                            cublasOperation_t transpose_b, int m, int n, int k, const void* alpha,
                            const void* a, cudaDataType type_a, int lda, const void* b,
                            cudaDataType type_b, int ldb, const void* beta, void* c,
                            cudaDataType type_c, int ldc, cublasComputeType_t compute,
                            cublasGemmAlgo_t algorithm) {
  return cublasGemmStridedBatchedEx(handle, transpose_a, transpose_b, m, n, k, alpha, a, type_a,
                                    lda, 0, b, type_b, ldb, 0, beta, c, type_c, ldc, 0, 1, compute,
                                    algorithm);
}

cublasStatus_t cublasSgemmStridedBatched(cublasHandle_t handle, cublasOperation_t transpose_a,
                                         cublasOperation_t transpose_b, int m, int n, int k,
                                         const float* alpha, const float* a, int lda,
                                         long long stride_a, const float* b, int ldb,
                                         long long stride_b, const float* beta, float* c, int ldc,
                                         long long stride_c, int batch) {
  return cublasGemmStridedBatchedEx(handle, transpose_a, transpose_b, m, n, k, alpha, a, CUDA_R_32F,
                                    lda, stride_a, b, CUDA_R_32F, ldb, stride_b, beta, c,
                                    CUDA_R_32F, ldc, stride_c, batch, CUBLAS_COMPUTE_32F,
                                    CUBLAS_GEMM_DEFAULT);
}

cublasStatus_t cublasSgemm(cublasHandle_t handle, cublasOperation_t transpose_a,
                           cublasOperation_t transpose_b, int m, int n, int k, const float* alpha,
                           const float* a, int lda, const float* b, int ldb, const float* beta,
                           float* c, int ldc) {
  return cublasSgemmStridedBatched(handle, transpose_a, transpose_b, m, n, k, alpha, a, lda, 0, b,
                                   ldb, 0, beta, c, ldc, 0, 1);
}

// --- Handles ---------------------------------------------------------------------------------

const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "CUBLAS_STATUS_UNKNOWN";
}
const char* cublasGetStatusString(cublasStatus_t status) { return cublasGetStatusName(status); }

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  if (emulation::capturing()) {
    emulation::not_in_capture("cublasCreate");
    return CUBLAS_STATUS_ALLOC_FAILED;
  }
  *handle = new cublasContext;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace(cublasHandle_t, void* workspace, std::size_t bytes) {
  // As the manual asks; the products here need none.
  const bool fits = bytes == 0 || (emulation::Arena::get().contains(workspace) &&
                                   reinterpret_cast<std::uintptr_t>(workspace) % 256 == 0);
  return fits ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  handle->math = mode;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetAtomicsMode(cublasHandle_t, cublasAtomicsMode_t) {
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
  handle->pointers = mode;
  return CUBLAS_STATUS_SUCCESS;
}
