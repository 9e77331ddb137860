// OpenBLAS: its integer type, and one single-threaded matrix product in the precision of Real.
#pragma once

#include <cblas.h>

#include "engine/real.h"

namespace engine::cpu {

inline blasint extent(Index i) { return static_cast<blasint>(i); }

// z = op(a) op(b) + beta z with row-major matrices of the given row lengths.
inline void gemm_block(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const Real* a,
                       Index row_a, const Real* b, Index row_b, Real beta, Real* z, Index row_z) {
  const auto ta = transpose_a ? CblasTrans : CblasNoTrans;
  const auto tb = transpose_b ? CblasTrans : CblasNoTrans;
#ifdef KANTOR_DOUBLE
  cblas_dgemm(CblasRowMajor, ta, tb, extent(m), extent(n), extent(k), 1, a, extent(row_a), b,
              extent(row_b), beta, z, extent(row_z));
#else
  cblas_sgemm(CblasRowMajor, ta, tb, extent(m), extent(n), extent(k), 1, a, extent(row_a), b,
              extent(row_b), beta, z, extent(row_z));
#endif
}

}  // namespace engine::cpu
