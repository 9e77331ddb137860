// Dense linear algebra on the host: eigenvalues by Eigen, products and singular values by OpenBLAS,
// which brings LAPACK. (Eigen 3.4.0's BDCSVD is wrong by percents on some matrices whose singular
// values are multiple, such as those of convolutions with groups or large strides.)
#include "engine/linalg.h"

#include <cblas.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/cpu/parallel.h"
#include "engine/device.h"

// NOLINTNEXTLINE(readability-identifier-naming): LAPACK's own name
extern "C" void dgesdd_(const char* job, const blasint* m, const blasint* n, double* a,
                        const blasint* row_a, double* s, double* u, const blasint* row_u,
                        double* vt, const blasint* row_vt, double* work, const blasint* work_size,
                        blasint* integers, blasint* info);

namespace engine {
namespace {

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Stacked = Eigen::Map<const RowMajor<Complex>>;

RowMajor<double> to_host(const char* function, const Tensor& matrix) {
  check(matrix.rank() == 2, function, ": a matrix [rows, columns] is needed, got ", matrix.shape());
  const std::vector<Real> values = matrix.values();
  using Source = Eigen::Map<const RowMajor<Real>>;
  return Source(values.data(), matrix.dim(0), matrix.dim(1)).template cast<double>();
}

// matrix = u diag(s) v^T, u and v only if asked for. LAPACK counts columns first, so that it is
// handed the transpose: its left vectors are our right ones.
Svd decompose(const char* function, const Tensor& matrix, bool vectors) {
  Device::cpu();  // sees to it that OpenBLAS leaves the threads to us
  RowMajor<double> a = to_host(function, matrix);
  const auto m = static_cast<blasint>(a.cols()), n = static_cast<blasint>(a.rows());
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

// The root of the largest eigenvalue of the smaller of a a^H and a^H a, which is scaled first so
// that squares neither overflow nor vanish.
template <class M>
double norm_by_gram(const M& a) {
  const double scale = a.size() == 0 ? 0 : a.cwiseAbs().maxCoeff();
  if (scale == 0) return 0;
  using Square = Eigen::Matrix<typename M::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  const Square scaled = a / scale;
  const Square gram =
      a.rows() <= a.cols() ? Square(scaled * scaled.adjoint()) : Square(scaled.adjoint() * scaled);
  const Eigen::SelfAdjointEigenSolver<Square> solver(gram, Eigen::EigenvaluesOnly);
  return scale * std::sqrt(std::max(0.0, solver.eigenvalues()(gram.rows() - 1)));
}

}  // namespace

std::vector<double> singular_values(const Tensor& matrix) {
  return decompose("singular_values", matrix, false).s;
}

double spectral_norm(const Tensor& matrix) {
  return norm_by_gram(to_host("spectral_norm", matrix));
}

Svd svd(const Tensor& matrix) { return decompose("svd", matrix, true); }

std::vector<double> spectral_norms(const ComplexMatrices& stack) {
  std::vector<double> norms(stack.count);
  cpu::parallel_for(stack.count, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      norms[i] = norm_by_gram(Stacked(stack.matrix(i), stack.rows, stack.columns));
  });
  return norms;
}

void times_adjoint(ComplexMatrices& stack) {
  Device::cpu();  // sees to it that OpenBLAS leaves the threads to us
  const Index m = stack.rows, k = stack.columns;
  // A wide matrix shrinks: written over its own place, then moved together below.
  std::vector<Complex> wider(m > k ? stack.count * m * m : 0);
  Complex* to = m > k ? wider.data() : stack.values.data();
  const Index step = m > k ? m * m : m * k;
  cpu::parallel_for(stack.count, 1, [&](Index begin, Index end) {
    std::vector<Complex> a(m * k);
    for (Index i = begin; i < end; ++i) {
      std::copy_n(stack.matrix(i), m * k, a.data());
      Complex* gram = to + i * step;
      const auto rows = static_cast<blasint>(m), columns = static_cast<blasint>(k);
      cblas_zherk(CblasRowMajor, CblasUpper, CblasNoTrans, rows, columns, 1, a.data(), columns, 0,
                  gram, rows);
      for (Index r = 0; r < m; ++r)  // the other triangle
        for (Index c = 0; c < r; ++c) gram[r * m + c] = std::conj(gram[c * m + r]);
    }
  });
  if (m > k) stack.values = std::move(wider);
  for (Index i = 1; i < stack.count && m < k; ++i)
    std::copy_n(stack.values.data() + i * step, m * m, stack.values.data() + i * m * m);
  stack.columns = m;
  stack.values.resize(stack.count * m * m);
}

void multiply(Index m, Index n, Index k, const Complex* a, const Complex* b, Complex* c) {
  Device::cpu();
  const Complex one = 1, zero = 0;
  const auto i = [](Index extent) { return static_cast<blasint>(extent); };
  // Strips of columns, of at least some hundred thousand operations.
  const Index strip = std::max({Index{16}, (n + 7) / 8, 200'000 / std::max<Index>(m * k, 1)});
  cpu::parallel_for(n, strip, [&](Index begin, Index end) {
    cblas_zgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, i(m), i(end - begin), i(k), &one, a,
                i(k), b + begin, i(n), &zero, c + begin, i(n));
  });
}

}  // namespace engine
