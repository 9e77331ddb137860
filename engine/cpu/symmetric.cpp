// Real symmetric matrices on the host: products in parallel strips, each a single-threaded dgemm of
// OpenBLAS, and eigenvalues by LAPACK's divide and conquer.

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/cpu/blas.h"
#include "engine/cpu/parallel.h"
#include "engine/device.h"
#include "engine/linalg.h"

// NOLINTNEXTLINE(readability-identifier-naming): LAPACK's own name
extern "C" void dsyevd_(const char* job, const char* triangle, const blasint* n, double* a,
                        const blasint* row_a, double* values, double* work,
                        const blasint* work_size, blasint* integers, const blasint* integer_size,
                        blasint* info);

namespace engine {
namespace {

using cpu::extent;

constexpr Index kStrip = 256;  // columns a thread takes at a time

}  // namespace

void multiply_transposed(Index m, Index n, Index k, const double* a, const double* b, double* c) {
  Device::cpu();  // sees to it that OpenBLAS leaves the threads to us
  cpu::parallel_for(n, kStrip, [&](Index begin, Index end) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, extent(m), extent(end - begin), extent(k),
                1, a, extent(k), b + begin * k, extent(k), 0, c + begin, extent(n));
  });
}

void add_gram(Index rows, Index n, const double* x, double* sum) {
  Device::cpu();
  // Strips of the lower triangle; the last is the longest, so they are not handed out evenly.
  const Index strips = (n + kStrip - 1) / kStrip;
#pragma omp parallel for schedule(dynamic)
  for (Index strip = strips - 1; strip >= 0; --strip) {
    const Index begin = strip * kStrip, end = std::min(n, begin + kStrip);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, extent(end - begin), extent(end),
                extent(rows), 1, x + begin, extent(n), x, extent(n), 1, sum + begin * n, extent(n));
  }
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < i; ++j) sum[j * n + i] = sum[i * n + j];
}

SymmetricEigen symmetric_eigen(Index n, std::vector<double> matrix, bool vectors) {
  Device::cpu();
  check(static_cast<Index>(matrix.size()) == n * n, "symmetric_eigen: ", matrix.size(),
        " values do not make a matrix of ", n, " rows");
  check(std::ranges::all_of(matrix, [](double x) { return std::isfinite(x); }),
        "symmetric_eigen: the matrix has values that are not finite");
  SymmetricEigen result;
  result.values.resize(n);
  if (n == 0) return result;
  const char* job = vectors ? "V" : "N";
  const blasint order = extent(n);
  std::vector<double> work(1);
  std::vector<blasint> integers(1);
  for (blasint size = -1, integer_size = -1, info = 0;;
       size = extent(work.size()), integer_size = extent(integers.size())) {
    dsyevd_(job, "L", &order, matrix.data(), &order, result.values.data(), work.data(), &size,
            integers.data(), &integer_size, &info);
    check(info == 0, "symmetric_eigen: no convergence on a matrix of ", n, " rows");
    if (size > 0) break;
    work.resize(static_cast<std::size_t>(work[0]));  // the first call only asks how much it needs
    integers.resize(static_cast<std::size_t>(integers[0]));
  }
  // LAPACK's columns, first to last, are rows to us.
  if (vectors) result.vectors = std::move(matrix);
  return result;
}

}  // namespace engine
