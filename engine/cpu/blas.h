// One single-threaded matrix product, in the precision of Real.
#pragma once

#include <cblas.h>

#include "engine/real.h"

namespace engine::cpu {

// z = op(a) op(b) + beta z with row-major matrices of the given row lengths.
inline void gemm_block(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const Real* a,
                       Index row_a, const Real* b, Index row_b, Real beta, Real* z, Index row_z) {
  const auto ta = transpose_a ? CblasTrans : CblasNoTrans;
  const auto tb = transpose_b ? CblasTrans : CblasNoTrans;
  const auto i = [](Index extent) { return static_cast<blasint>(extent); };
#ifdef KANTOR_DOUBLE
  cblas_dgemm(CblasRowMajor, ta, tb, i(m), i(n), i(k), 1, a, i(row_a), b, i(row_b), beta, z,
              i(row_z));
#else
  cblas_sgemm(CblasRowMajor, ta, tb, i(m), i(n), i(k), 1, a, i(row_a), b, i(row_b), beta, z,
              i(row_z));
#endif
}

}  // namespace engine::cpu
