// Factors of real matrices on the host, in plain arrays of double, by LAPACK: singular values and
// the triangle of a QR decomposition. (Eigen 3.4.0's BDCSVD is wrong by percents on some matrices
// whose singular values are multiple, such as those of convolutions with groups or large strides.)

#include <algorithm>

#include "engine/check.h"
#include "engine/cpu/blas.h"
#include "engine/device.h"
#include "engine/linalg.h"

// NOLINTBEGIN(readability-identifier-naming): LAPACK's own names
extern "C" {
void dgesdd_(const char* job, const blasint* m, const blasint* n, double* a, const blasint* row_a,
             double* s, double* u, const blasint* row_u, double* vt, const blasint* row_vt,
             double* work, const blasint* work_size, blasint* integers, blasint* info);
void dgelqf_(const blasint* m, const blasint* n, double* a, const blasint* row_a, double* tau,
             double* work, const blasint* work_size, blasint* info);
void dgeqrf_(const blasint* m, const blasint* n, double* a, const blasint* row_a, double* tau,
             double* work, const blasint* work_size, blasint* info);
void dorgqr_(const blasint* m, const blasint* n, const blasint* k, double* a, const blasint* row_a,
             const double* tau, double* work, const blasint* work_size, blasint* info);
}
// NOLINTEND(readability-identifier-naming)

namespace engine {
namespace {

using cpu::extent;

// Calls lapack(work, size) twice: the first call only queries the workspace size.
template <class Lapack>
void with_work(const Lapack& lapack) {
  double wanted = 0;
  lapack(&wanted, blasint{-1});
  std::vector<double> work(std::max<std::size_t>(1, static_cast<std::size_t>(wanted)));
  lapack(work.data(), static_cast<blasint>(work.size()));
}

}  // namespace

// LAPACK is column-major, so it receives the transpose: its left vectors are our right ones.
Svd svd(Index rows, Index columns, std::vector<double> matrix, bool vectors) {
  Device::cpu();  // makes OpenBLAS single-threaded
  const blasint m = extent(columns), n = extent(rows), r = std::min(m, n);
  const blasint right_rows = std::max(r, blasint{1});
  Svd result;
  if (r == 0) return result;
  result.s.resize(r);
  std::vector<double> right(vectors ? columns * r : 1);  // [m, r], columns first
  std::vector<double> left(vectors ? rows * r : 1);      // [r, n], columns first: [n, r] to us
  std::vector<blasint> integers(8 * static_cast<std::size_t>(r));
  with_work([&](double* work, blasint size) {
    blasint info = 0;
    dgesdd_(vectors ? "S" : "N", &m, &n, matrix.data(), &m, result.s.data(), right.data(), &m,
            left.data(), &right_rows, work, &size, integers.data(), &info);
    check(info == 0, "singular values: no convergence on a matrix of [", rows, ", ", columns,
          "]; are its values finite?");
  });
  if (!vectors) return result;
  result.u = std::move(left);
  result.v.resize(columns * r);
  for (Index i = 0; i < columns; ++i)
    for (Index j = 0; j < r; ++j) result.v[i * r + j] = right[j * columns + i];
  return result;
}

// The rows are LAPACK's columns.
void orthonormalize_rows(Index n, std::vector<double>& x) {
  Device::cpu();
  const Index rows = n > 0 ? static_cast<Index>(x.size()) / n : 0;
  check(rows <= n, "orthonormalize_rows: ", rows, " rows of ", n, " numbers cannot be orthonormal");
  const blasint length = extent(n), count = extent(rows);
  std::vector<double> scales(rows), signs(rows);
  blasint info = 0;
  with_work([&](double* work, blasint size) {
    dgeqrf_(&length, &count, x.data(), &length, scales.data(), work, &size, &info);
  });
  for (Index i = 0; i < rows; ++i) signs[i] = x[i * n + i] < 0 ? -1 : 1;  // of R's diagonal
  with_work([&](double* work, blasint size) {
    dorgqr_(&length, &count, &count, x.data(), &length, scales.data(), work, &size, &info);
  });
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < n; ++j) x[i * n + j] *= signs[i];
}

// The rows are the columns of LAPACK's x^T = L Q, and L's columns the rows of the triangle.
void to_triangle(Index n, std::vector<double>& x) {
  Device::cpu();
  const blasint m = extent(n), count = n > 0 ? extent(static_cast<Index>(x.size()) / n) : 0;
  const Index r = std::min(m, count);
  if (r == 0) return;
  std::vector<double> scales(r);
  with_work([&](double* work, blasint size) {
    blasint info = 0;
    dgelqf_(&m, &count, x.data(), &m, scales.data(), work, &size, &info);
    check(info == 0, "triangle: LAPACK rejects a matrix of [", count, ", ", n, "]");
  });
  x.resize(r * n);
  for (Index i = 0; i < r; ++i) std::fill_n(x.begin() + i * n, i, 0.0);
}

}  // namespace engine
