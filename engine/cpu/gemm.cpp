// Matrix products: the result is cut into strips, one single-threaded OpenBLAS product each.
#include <algorithm>

#include "engine/cpu/backend.h"
#include "engine/cpu/blas.h"
#include "engine/cpu/parallel.h"

namespace engine::cpu {

void CpuBackend::gemm(bool transpose_a, bool transpose_b, Index m, Index n, Index k, const Real* a,
                      const Real* b, Real* z) {
  if (m == 0 || n == 0) return;
  if (k == 0) return fill(z, m * n, 0);
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

}  // namespace engine::cpu
