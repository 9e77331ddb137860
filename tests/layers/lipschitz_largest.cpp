// The largest singular values by Lanczos iteration, and those on a torus by Fourier transforms,
// against the dense matrices.
#include <doctest/doctest.h>

#include <cmath>

#include "layers/lipschitz/fourier.h"
#include "layers/lipschitz/largest.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using layers::LinearMap;

namespace {

// Of the eigenvalues of W W^T, in Real: half of that in sigma.
constexpr double kAgree = sizeof(Real) == 8 ? 1e-6 : 1e-4;

std::vector<LinearMap> small_maps() {
  Draw draw(11);
  const auto weight = [&](Index out, Index kernel, Index in) {
    return draw.uniform({out, kernel, kernel, in}).tensor();
  };
  return {LinearMap::conv(weight(6, 3, 4), {.padding = 1}, 9, 8),
          LinearMap::conv(weight(5, 4, 3), {.stride = 2, .padding = 1}, 10, 12),
          LinearMap::conv(weight(8, 3, 2), {.padding = 2, .dilation = 2}, 7, 9),
          LinearMap::conv_transpose(weight(6, 4, 3), {.stride = 2, .padding = 1}, 12, 10),
          LinearMap::dense(draw.uniform({70, 90}).tensor())};
}

// The convolution of a torus as a dense matrix [out, in], by its definition.
Host torus_matrix(const LinearMap& W) {
  const engine::Window w = W.window();
  const Index out_h = w.height / w.stride_h, out_w = w.width / w.stride_w;
  const Host kernel(W.weight);
  Host matrix(Shape{out_h * out_w * w.out, w.height * w.width * w.in});
  for (Index p = 0; p < out_h; ++p)
    for (Index q = 0; q < out_w; ++q)
      for_each_position(kernel.shape, [&](const Position& at) {
        const Index y = (p * w.stride_h + at[1] * w.dilation_h) % w.height;
        const Index x = (q * w.stride_w + at[2] * w.dilation_w) % w.width;
        matrix.at({(p * out_w + q) * w.out + at[0], (y * w.width + x) * w.in + at[3]}) +=
            kernel.at(at);
      });
  return matrix;
}

}  // namespace

TEST_CASE("lipschitz: the largest singular values are those of the dense matrix") {
  for (const LinearMap& W : small_maps()) {
    CAPTURE(W.weight.shape());
    const std::vector<double> all = tests::singular_values(dense(W));
    const std::vector<double> top =
        layers::largest_singular_values(W, {.count = 12, .block = 8, .tolerance = 1e-5});
    REQUIRE(top.size() == 12);
    for (std::size_t i = 0; i < top.size(); ++i) {
      CAPTURE(i);
      CHECK(top[i] == doctest::Approx(all[i]).epsilon(kAgree));
    }
  }
}

TEST_CASE("lipschitz: multiple singular values are found as often as they occur") {
  Host identity(Shape{4, 1, 1, 4});
  for (Index i = 0; i < 4; ++i) identity.at({i, 0, 0, i}) = i == 0 ? 2 : 1;
  const LinearMap W = LinearMap::conv(identity.tensor(), {}, 3, 5);  // fifteen 2s, then 1s
  const std::vector<double> top = layers::largest_singular_values(W, {.count = 20, .block = 4});
  REQUIRE(top.size() == 20);
  for (std::size_t i = 0; i < top.size(); ++i)
    CHECK(top[i] == doctest::Approx(i < 15 ? 2 : 1).epsilon(kAgree));
}

TEST_CASE("lipschitz: what has not converged is left out, and a bound from below remains") {
  const LinearMap W = small_maps()[0];
  const std::vector<double> all = tests::singular_values(dense(W));
  const auto some = layers::largest_singular_values(W, {.count = 24, .block = 4, .most = 24});
  REQUIRE(!some.empty());
  CHECK(some.size() < 24);
  for (std::size_t i = 0; i < some.size(); ++i) {
    CHECK(some[i] <= all[i] * (1 + kAgree));
    CHECK(some[i] >= all[i] * (1 - 2e-3));  // the tolerance
  }
  CHECK(layers::largest_singular_values(W, {.count = 9, .block = 1, .most = 1}).size() == 1);
  const LinearMap zero = W.with(engine::zeros(W.weight.shape()));
  for (const double value : layers::largest_singular_values(zero, {.count = 3})) CHECK(value == 0);
}

TEST_CASE("lipschitz: all singular values on a torus, by Fourier transforms") {
  for (const LinearMap& W : small_maps()) {
    if (W.weight.rank() != 4) continue;
    CAPTURE(W.weight.shape());
    const std::vector<double> all = layers::circular_singular_values(W);
    const std::vector<double> wanted = tests::singular_values(torus_matrix(W));
    REQUIRE(all.size() == wanted.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      CHECK(std::abs(all[i] - wanted[i]) <= 1e-6 * wanted[0]);
  }
  const LinearMap odd = LinearMap::conv(engine::normal({2, 2, 2, 2}), {.stride = 2}, 5, 5);
  CHECK(layers::circular_singular_values(odd).empty());
}
