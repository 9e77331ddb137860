// Matrix products: packed blocks as in a convolution; a product with a vector (or a few) reads its
// matrix once and goes to OpenBLAS in strips.
#include <algorithm>

#include "engine/cpu/backend.h"
#include "engine/cpu/blas.h"
#include "engine/cpu/parallel.h"
#include "engine/cpu/product.h"
#include "engine/cpu/transpose.h"

namespace engine::cpu {
namespace {

void gemm_in_strips(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const Real* a,
                    const Real* b, Real* z) {
  const Index row_a = transpose_a ? m : k, row_b = transpose_b ? k : n;
  // Strips along the longer side, of at least a few hundred thousand operations.
  const Index long_side = std::max(m, n), work = std::min(m, n) * k;
  const Index strip =
      std::max<Index>({16, (long_side + 7) / 8, 200'000 / std::max<Index>(work, 1)});
  parallel_for(long_side, strip, [&](Index begin, Index end) {
    if (m >= n) {
      const Real* rows = a + begin * (transpose_a ? 1 : k);
      gemm_block(transpose_a, transpose_b, end - begin, n, k, rows, row_a, b, row_b, 0,
                 z + begin * n, n);
    } else {
      const Real* columns = b + begin * (transpose_b ? k : 1);
      gemm_block(transpose_a, transpose_b, m, end - begin, k, a, row_a, columns, row_b, 0,
                 z + begin, n);
    }
  });
}

// Fills blocks of a matrix [rows, columns] or of the transpose of one [columns, rows].
auto blocks_of(const Real* matrix, Index rows, Index columns, bool transposed) {
  return [=](Index i0, Index i1, Index j0, Index j1, Real* to, Index row) {
    if (transposed) {
      transpose(matrix + j0 * rows + i0, rows, j1 - j0, i1 - i0, to, row);
    } else {
      for (Index i = i0; i < i1; ++i, to += row)
        std::copy(matrix + i * columns + j0, matrix + i * columns + j1, to);
    }
  };
}

void multiply_one(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const Real* a,
                  const Real* b, Real* z) {
  constexpr Index kFew = 4;  // rows or columns: packing would cost as much as the product
  if (std::min(m, n) <= kFew) return gemm_in_strips(transpose_a, transpose_b, m, n, k, a, b, z);
  const auto block_a = blocks_of(a, m, k, transpose_a), block_b = blocks_of(b, k, n, transpose_b);
  if (k >= 8 * std::max(m, n)) return multiply_by_blocks(m, n, k, block_a, block_b, z);
  multiply_by_rows(
      m, n, k, block_a, block_b,
      [&](Index m0, Index, Index n0, Index) {
        return Place{z + m0 * n + n0, n};
      },
      [](Index, Index, Index, Index) {});
}

}  // namespace

void CpuBackend::gemm(bool transpose_a, bool transpose_b, Index count, Index m, Index n, Index k,
                      const Real* a, const Real* b, Real* z) {
  if (m == 0 || n == 0) return;
  if (k == 0) return fill(z, count * m * n, 0);
  constexpr Index kSmall = 64 * 64 * 64;  // operations that are not worth several threads
  if (count == 1 || m * n * k > kSmall) {
    for (Index i = 0; i < count; ++i)
      multiply_one(transpose_a, transpose_b, m, n, k, a + i * m * k, b + i * k * n, z + i * m * n);
    return;
  }
  parallel_for(count, std::max<Index>(1, kSmall / (m * n * k)), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      gemm_block(transpose_a, transpose_b, m, n, k, a + i * m * k, transpose_a ? m : k,
                 b + i * k * n, transpose_b ? k : n, 0, z + i * m * n, n);
  });
}

}  // namespace engine::cpu
