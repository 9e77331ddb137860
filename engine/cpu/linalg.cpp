// Singular values of tensors, on the host and in double, by LAPACK, which OpenBLAS brings. (Eigen
// 3.4.0's BDCSVD is wrong by percents on some matrices whose singular values are multiple, such as
// those of convolutions with groups or large strides.)
#include "engine/linalg.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/device.h"

// NOLINTNEXTLINE(readability-identifier-naming): LAPACK's own name
extern "C" void dgesdd_(const char* job, const blasint* m, const blasint* n, double* a,
                        const blasint* row_a, double* s, double* u, const blasint* row_u,
                        double* vt, const blasint* row_vt, double* work, const blasint* work_size,
                        blasint* integers, blasint* info);

namespace engine {
namespace {

std::vector<double> to_host(const char* function, const Tensor& matrix) {
  check(matrix.rank() == 2, function, ": a matrix [rows, columns] is needed, got ", matrix.shape());
  const std::vector<Real> values = matrix.values();
  return {values.begin(), values.end()};
}

// matrix = u diag(s) v^T, u and v only if asked for. LAPACK counts columns first, so that it is
// handed the transpose: its left vectors are our right ones.
Svd decompose(const char* function, const Tensor& matrix, bool vectors) {
  Device::cpu();  // sees to it that OpenBLAS leaves the threads to us
  std::vector<double> a = to_host(function, matrix);
  const auto m = static_cast<blasint>(matrix.dim(1)), n = static_cast<blasint>(matrix.dim(0));
  const blasint r = std::min(m, n);
  const blasint right_rows = std::max(r, blasint{1});
  Svd result;
  if (r == 0) return result;
  result.s.resize(r);
  std::vector<double> right(vectors ? m * r : 1);  // [m, r], columns first
  result.u.resize(vectors ? n * r : 1);            // [r, n], columns first: [n, r] to us
  std::vector<blasint> integers(8 * r);
  const char* what = vectors ? "S" : "N";
  std::vector<double> work(1);
  for (blasint size = -1, info = 0;; size = static_cast<blasint>(work.size())) {
    dgesdd_(what, &m, &n, a.data(), &m, result.s.data(), right.data(), &m, result.u.data(),
            &right_rows, work.data(), &size, integers.data(), &info);
    check(info == 0, function, ": no convergence on a matrix of ", matrix.shape(),
          "; are its values finite?");
    if (size > 0) break;
    work.resize(static_cast<std::size_t>(work[0]));  // the first call only asks how much it needs
  }
  if (!vectors) return {{}, result.s, {}};
  result.v.resize(m * r);
  for (blasint i = 0; i < m; ++i)
    for (blasint j = 0; j < r; ++j) result.v[i * r + j] = right[j * m + i];
  return result;
}

}  // namespace

std::vector<double> singular_values(const Tensor& matrix) {
  return decompose("singular_values", matrix, false).s;
}

Svd svd(const Tensor& matrix) { return decompose("svd", matrix, true); }

double spectral_norm(const Tensor& matrix) {
  std::vector<double> a = to_host("spectral_norm", matrix);
  // Scaled first, so that squares neither overflow nor vanish.
  double scale = 0;
  for (const double x : a) scale = std::max(scale, std::abs(x));
  if (scale == 0) return 0;
  for (double& x : a) x /= scale;
  const Index m = matrix.dim(0), n = matrix.dim(1), r = std::min(m, n);
  std::vector<double> gram(r * r);
  if (m <= n)
    multiply_transposed(m, m, n, a.data(), a.data(), gram.data());
  else
    add_gram(m, n, a.data(), gram.data());
  return scale * std::sqrt(std::max(0.0, symmetric_eigen(r, std::move(gram), false).values.back()));
}

}  // namespace engine
