// Singular values and complex products on the host: by definition, and where decompositions break.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/linalg.h"
#include "layers/lipschitz/toeplitz.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using engine::Complex;
using engine::Svd;

TEST_CASE("linalg: u diag(s) v^T is the matrix, and u and v are orthonormal") {
  Draw draw(1);
  for (const auto& [m, n] : {std::pair<Index, Index>{7, 4}, {4, 7}, {5, 5}, {1, 6}, {6, 1}}) {
    const Tensor a = draw.uniform({m, n}).tensor();
    const Host expected(a);
    const Svd got = engine::svd(a);
    const Index r = std::min(m, n);
    CHECK(difference(engine::singular_values(a), got.s) < 1e-14);
    CHECK(engine::spectral_norm(a) == doctest::Approx(got.s[0]).epsilon(1e-14));
    Host product(Shape{m, n}), gram(Shape{r, r});
    for_each_position(product.shape, [&](const Position& p) {
      for (Index i = 0; i < r; ++i)
        product.at(p) += got.u[p[0] * r + i] * got.s[i] * got.v[p[1] * r + i];
    });
    CHECK(difference(product.values, expected.values) < 1e-14);
    for_each_position(gram.shape, [&](const Position& p) {
      for (Index j = 0; j < n; ++j) gram.at(p) += got.v[j * r + p[0]] * got.v[j * r + p[1]];
      CHECK(std::abs(gram.at(p) - (p[0] == p[1] ? 1 : 0)) < 1e-14);
    });
  }
}

TEST_CASE("linalg: multiple singular values stay multiple") {
  // Three windows apart from each other read the same kernel: each value comes three times. The
  // divide-and-conquer SVD of Eigen 3.4.0 finds 9.819 for the third of them.
  const layers::LinearMap W = layers::LinearMap::conv(
      golden_kernel(2, 3, 1, 4), {.stride = {1, 3}, .padding = {3, 2}, .dilation = {1, 3}}, 3, 6);
  const std::vector<double> s = engine::singular_values(layers::toeplitz(W));
  for (int i = 0; i < 3; ++i) {
    CHECK(s[i] == doctest::Approx(10.027218488964783).epsilon(1e-13));
    CHECK(s[3 + i] == doctest::Approx(5.334312456).epsilon(1e-9));
  }
}

TEST_CASE("linalg: stacks of complex matrices, wide and tall") {
  Draw draw(2);
  for (const auto& [m, n] : {std::pair<Index, Index>{2, 5}, {5, 2}, {3, 3}}) {
    engine::ComplexMatrices stack{4, m, n, std::vector<Complex>(4 * m * n)};
    for (Complex& value : stack.values) value = {draw.between(-1, 1), draw.between(-1, 1)};
    engine::ComplexMatrices gram = stack;
    engine::times_adjoint(gram);
    CHECK(gram.rows == m);
    CHECK(gram.columns == m);
    const std::vector<double> norms = engine::spectral_norms(stack),
                              squares = engine::spectral_norms(gram);
    for (Index i = 0; i < 4; ++i) {
      CHECK(norms[i] * norms[i] == doctest::Approx(squares[i]).epsilon(1e-13));
      for (Index r = 0; r < m; ++r)
        for (Index c = 0; c < m; ++c) {
          Complex sum = 0;
          for (Index j = 0; j < n; ++j)
            sum += stack.matrix(i)[r * n + j] * std::conj(stack.matrix(i)[c * n + j]);
          CHECK(std::abs(sum - gram.matrix(i)[r * m + c]) < 1e-14);
        }
    }
  }
}

TEST_CASE("linalg: what is no matrix is refused") {
  CHECK(error_of([] {
          engine::singular_values(engine::ones({2, 2, 2}));
        }) == "singular_values: expected a matrix [rows, columns], got [2, 2, 2]");
}
