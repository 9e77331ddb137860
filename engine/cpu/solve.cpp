// Systems of linear equations with small matrices, in double: LAPACK's LU factors with row
// exchanges, a matrix or more for each thread.
#include <algorithm>
#include <atomic>

#include "engine/check.h"
#include "engine/cpu/backend.h"
#include "engine/cpu/blas.h"
#include "engine/cpu/parallel.h"
#include "engine/free_lists.h"

// NOLINTBEGIN(readability-identifier-naming): LAPACK's own names
extern "C" {
void dgetrf_(const blasint* m, const blasint* n, double* a, const blasint* row_a, blasint* pivots,
             blasint* info);
void dgetrs_(const char* transpose, const blasint* n, const blasint* count, const double* a,
             const blasint* row_a, const blasint* pivots, double* b, const blasint* row_b,
             blasint* info);
}
// NOLINTEND(readability-identifier-naming)

namespace engine::cpu {
namespace {

// Whether a has an inverse. LAPACK is column-major: it receives a^T, and b column by column.
bool solve_one(bool transpose_a, Index n, Index k, const Real* a, const Real* b, Real* x) {
  FreeListVector<double> factors(a, a + n * n), columns(static_cast<std::size_t>(n * k));
  FreeListVector<blasint> pivots(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < k; ++j) columns[j * n + i] = static_cast<double>(b[i * k + j]);
  const blasint size = extent(n), count = extent(k);
  blasint info = 0;
  dgetrf_(&size, &size, factors.data(), &size, pivots.data(), &info);
  if (info != 0) return false;
  dgetrs_(transpose_a ? "N" : "T", &size, &count, factors.data(), &size, pivots.data(),
          columns.data(), &size, &info);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < k; ++j) x[i * k + j] = static_cast<Real>(columns[j * n + i]);
  return true;
}

}  // namespace

void CpuBackend::solve(bool transpose_a, Index count, Index n, Index k, const Real* a,
                       const Real* b, Real* x) {
  if (n == 0 || k == 0) return;
  std::atomic<Index> singular = count;  // the first that is
  parallel_for(count, std::max<Index>(1, kGrain / (n * n * (n + k))), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      if (solve_one(transpose_a, n, k, a + i * n * n, b + i * n * k, x + i * n * k)) continue;
      Index first = singular;
      while (i < first && !singular.compare_exchange_weak(first, i)) continue;
    }
  });
  check(singular == count, "solve: matrix ", singular.load(), " of ", count, " [", n, ", ", n,
        "] is singular");
}

}  // namespace engine::cpu
