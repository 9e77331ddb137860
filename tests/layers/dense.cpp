// Singular values by Eigen, for support/dense.h, checked on a matrix whose values are known. They
// are the roots of the eigenvalues of the smaller Gram matrix: the largest ones, which the tests
// are about, lose no digits by that, and it compiles in a third of the time.
#include "tests/support/dense.h"

#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>

namespace tests {

std::vector<double> singular_values(const Host& matrix) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::MatrixXd m =
      Eigen::Map<const RowMajor>(matrix.values.data(), matrix.shape[0], matrix.shape[1]);
  const Eigen::MatrixXd gram =
      m.rows() < m.cols() ? Eigen::MatrixXd(m * m.transpose()) : Eigen::MatrixXd(m.transpose() * m);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram, Eigen::EigenvaluesOnly);
  std::vector<double> values;
  for (const double square : solver.eigenvalues())
    values.push_back(std::sqrt(std::max(0.0, square)));
  std::reverse(values.begin(), values.end());  // ascending until here
  return values;
}

}  // namespace tests

TEST_CASE("dense: singular values of a matrix known by heart") {
  tests::Host m(tests::Shape{2, 2});
  m.values = {3, 0, 4, 5};  // 3 sqrt(5) and sqrt(5)
  const std::vector<double> values = tests::singular_values(m);
  CHECK(values[0] == doctest::Approx(3 * std::sqrt(5.0)).epsilon(1e-14));
  CHECK(values[1] == doctest::Approx(std::sqrt(5.0)).epsilon(1e-14));
}
