// Matrix products by cuBLAS, which is column-major: the row-major z = a b is passed as z^T = b^T
// a^T, the same memory with the operands exchanged.
#include <algorithm>
#include <limits>

#include "engine/check.h"
#include "engine/cuda/backend.h"
#include "engine/device.h"

namespace engine::cuda {
namespace {

// Products with a vector (power iteration) are bound by memory: rounding the operands would save
// nothing, so they are exact in every precision.
cublasComputeType_t compute_type(Index m, Index n, Index k) {
  if (std::min({m, n, k}) == 1) return CUBLAS_COMPUTE_32F;
  switch (precision()) {
    case Precision::high:
      return CUBLAS_COMPUTE_32F_FAST_TF32;
    case Precision::medium:
      return CUBLAS_COMPUTE_32F_FAST_16BF;
    case Precision::highest:
      break;
  }
  return CUBLAS_COMPUTE_32F;
}

int whole(const char* op, Index extent) {
  engine::check(extent <= std::numeric_limits<int>::max(), op, ": a matrix with ", extent,
                " rows or columns is too large for cuBLAS");
  return static_cast<int>(extent);
}

}  // namespace

void CudaBackend::product(const char* op, bool transpose_a, bool transpose_b, Index m, Index n,
                          Index k, const Real* a, const Real* b, Real beta, Real* z, Index count) {
  const Real one = 1;
  const auto turn = [](bool transpose) { return transpose ? CUBLAS_OP_T : CUBLAS_OP_N; };
  const int row_a = whole(op, transpose_a ? m : k), row_b = whole(op, transpose_b ? k : n);
  const int wide = whole(op, n), high = whole(op, m), deep = whole(op, k);
  if (count == 1) {
    check(cublasGemmEx(blas_, turn(transpose_b), turn(transpose_a), wide, high, deep, &one, b,
                       CUDA_R_32F, row_b, a, CUDA_R_32F, row_a, &beta, z, CUDA_R_32F, wide,
                       compute_type(m, n, k), CUBLAS_GEMM_DEFAULT),
          op);
  } else {
    check(cublasGemmStridedBatchedEx(blas_, turn(transpose_b), turn(transpose_a), wide, high, deep,
                                     &one, b, CUDA_R_32F, row_b, k * n, a, CUDA_R_32F, row_a, m * k,
                                     &beta, z, CUDA_R_32F, wide, m * n, whole(op, count),
                                     compute_type(m, n, k), CUBLAS_GEMM_DEFAULT),
          op);
  }
}

void CudaBackend::gemm(bool transpose_a, bool transpose_b, Index count, Index m, Index n, Index k,
                       const Real* a, const Real* b, Real* z) {
  if (count == 0 || m == 0 || n == 0) return;
  if (k == 0) return fill(z, count * m * n, 0);
  product("matmul", transpose_a, transpose_b, m, n, k, a, b, 0, z, count);
}

}  // namespace engine::cuda
