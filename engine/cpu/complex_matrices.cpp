// Stacks of complex matrices on the host: products by OpenBLAS, eigenvalues by Eigen.
#include <cblas.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "engine/cpu/parallel.h"
#include "engine/device.h"
#include "engine/linalg.h"

namespace engine {
namespace {

using RowMajor = Eigen::Matrix<Complex, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Stacked = Eigen::Map<const RowMajor>;

// The roots of the eigenvalues of the smaller of a a^H and a^H a, which is scaled first so that
// squares neither overflow nor underflow. Ascending.
Eigen::VectorXd roots_of_gram(const Stacked& a) {
  const double scale = a.size() == 0 ? 0 : a.cwiseAbs().maxCoeff();
  if (scale == 0) return Eigen::VectorXd::Zero(std::min(a.rows(), a.cols()));
  const Eigen::MatrixXcd scaled = a / scale;
  const Eigen::MatrixXcd gram = a.rows() <= a.cols() ? Eigen::MatrixXcd(scaled * scaled.adjoint())
                                                     : Eigen::MatrixXcd(scaled.adjoint() * scaled);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> solver(gram, Eigen::EigenvaluesOnly);
  return scale * solver.eigenvalues().cwiseMax(0.0).cwiseSqrt();
}

}  // namespace

std::vector<double> singular_values(const ComplexMatrices& stack) {
  const Index each = std::min(stack.rows, stack.columns);
  std::vector<double> values(stack.count * each);
  cpu::parallel_for(stack.count, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Eigen::VectorXd roots =
          roots_of_gram(Stacked(stack.matrix(i), stack.rows, stack.columns));
      std::reverse_copy(roots.begin(), roots.end(), values.begin() + i * each);
    }
  });
  return values;
}

std::vector<double> spectral_norms(const ComplexMatrices& stack) {
  const Index each = std::min(stack.rows, stack.columns);
  const std::vector<double> values = singular_values(stack);
  std::vector<double> norms(stack.count);
  for (Index i = 0; i < stack.count && each > 0; ++i) norms[i] = values[i * each];
  return norms;
}

void times_adjoint(ComplexMatrices& stack) {
  Device::cpu();  // makes OpenBLAS single-threaded
  const Index m = stack.rows, k = stack.columns;
  // A wide matrix shrinks: written in place, then compacted below.
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
