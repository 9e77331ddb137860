// Spectral gradient clipping against the golden result (lipschitz.json), and on the matrices that
// would divide by zero.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/linalg.h"
#include "layers/lipschitz/gradient_clipping.h"
#include "tests/support/draw.h"

using namespace tests;
using layers::SpectralGradientClipping;

namespace {

// G = kern(4,3,3,3) reshaped 4x27 + 3*(row+1)*((col mod 5)-2)
Tensor golden_gradient() {
  Host g(Shape{4, 27});
  for_each_position(g.shape, [&](const Position& p) {
    const Index r = p[0], c = p[1];
    g.at(p) = static_cast<double>((7 * r + 5 * (c / 9) + 3 * (c / 3 % 3) + 2 * (c % 3)) % 11 - 5 +
                                  3 * (r + 1) * (c % 5 - 2));
  });
  return g.tensor();
}

// Singular values 10^0, 10^-e, 10^-2e ... of a random matrix.
Tensor graded(Draw& draw, Index m, Index n, double e) {
  const engine::Svd frame = engine::svd(draw.uniform({m, n}).tensor());
  const Index r = std::min(m, n);
  Host g(Shape{m, n});
  for_each_position(g.shape, [&](const Position& p) {
    for (Index i = 0; i < r; ++i)
      g.at(p) += frame.u[p[0] * r + i] * std::pow(10, -e * i) * frame.v[p[1] * r + i];
  });
  return g.tensor();
}

const double kTolerance = kDouble ? 1e-12 : 1e-5;

}  // namespace

TEST_CASE("gradient clipping: the golden case") {
  const Tensor g = golden_gradient();
  SpectralGradientClipping clip{.r = 1.5, .iterations = 300};
  const auto [clipped, s0, s1] = clip(g);
  CHECK(s0.item() == doctest::Approx(117.73033615793034).epsilon(kTolerance));
  CHECK(s1.item() == doctest::Approx(20.792446850723103).epsilon(kTolerance));
  const std::vector<double> after = engine::singular_values(clipped);
  CHECK(difference(after, {31.18867027608467, 20.792446850723117, 19.910681687246715,
                           9.940163824088271}) < kTolerance);
  const Host values(clipped);
  CHECK(difference({values.values.begin(), values.values.begin() + 4},
                   {-6.329958285509639, -3.1735786984920145, -0.6502542181972446,
                    -1.4564704786251195}) < kTolerance);

  SpectralGradientClipping loose{.r = 30, .iterations = 300};
  CHECK(difference(loose(g).gradient, g) == 0);
}

TEST_CASE("gradient clipping: r s1 on top and the other values as before, tall and wide") {
  Draw draw(5);
  for (const auto& [m, n] : {std::pair<Index, Index>{5, 40}, {40, 5}, {2, 2}, {2, 9}}) {
    const Tensor g = graded(draw, m, n, 0.7);
    std::vector<double> expected = engine::singular_values(g);
    expected[0] = 2 * expected[1];
    SpectralGradientClipping clip{.r = 2, .iterations = 40};
    CHECK(difference(engine::singular_values(clip(g).gradient), expected) < 100 * kClose);
  }
}

TEST_CASE("gradient clipping: a few warm iterations a step follow a gradient") {
  Draw draw(6);
  const Tensor g = reshape(graded(draw, 16, 36, 0.4), {16, 3, 3, 4});
  SpectralGradientClipping clip{.r = 1.5, .iterations = 2};
  for (int i = 0; i < 30; ++i) clip(g);
  const auto [clipped, s0, s1] = clip(g);
  CHECK(clipped.shape() == g.shape());
  CHECK(s0.item() == doctest::Approx(1.0).epsilon(1e-4));
  CHECK(s1.item() == doctest::Approx(std::pow(10, -0.4)).epsilon(1e-4));
}

TEST_CASE("gradient clipping: very different values, however small, are told apart") {
  Draw draw(7);
  const double ratio = kDouble ? 6 : 3;  // decades between s0 and s1
  for (const double size : {1.0, 1e-12}) {
    Host g(graded(draw, 6, 10, ratio));
    for (double& value : g.values) value *= size;
    SpectralGradientClipping clip{.iterations = 10};
    const auto result = clip(g.tensor());
    CHECK(result.s0.item() == doctest::Approx(size).epsilon(1e-4));
    CHECK(result.s1.item() == doctest::Approx(size * std::pow(10, -ratio)).epsilon(1e-2));
  }
}

TEST_CASE("gradient clipping: zero stays zero, rank one goes, one row is left alone") {
  SpectralGradientClipping clip;
  const Tensor zero = engine::zeros({3, 5});
  Draw draw(8);
  const Tensor g = graded(draw, 3, 5, 0.5);
  for (const Tensor& each : {zero, g, zero, g}) {  // and a zero step forgets nothing
    const auto [clipped, s0, s1] = clip(each);
    if (each.node() == zero.node()) CHECK(difference(clipped, zero) == 0);
    if (each.node() == g.node()) CHECK(s0.item() == doctest::Approx(1.0).epsilon(1e-3));
    CHECK(std::isfinite(s1.item()));
  }
  const Tensor rank_one = matmul(draw.uniform({3, 1}).tensor(), draw.uniform({1, 5}).tensor());
  CHECK(norm(SpectralGradientClipping{}(rank_one).gradient).item() < 10 * kClose);

  for (const Shape& shape : {Shape{1, 6}, Shape{6, 1}}) {
    const Tensor row = draw.uniform(shape).tensor();
    const auto [same, s0, s1] = SpectralGradientClipping{}(row);
    CHECK(same.node() == row.node());
    CHECK(s0.item() == doctest::Approx(norm(row).item()));
    CHECK(s1.item() == 0);
  }
}

TEST_CASE("gradient clipping: what makes no sense is refused") {
  const Tensor g = engine::ones({3, 5});
  CHECK(error_of([&] { SpectralGradientClipping{.r = 1}(g); }) ==
        "gradient clipping: r must be greater than 1, got 1");
  CHECK(error_of([&] { SpectralGradientClipping{.iterations = 0}(g); }) ==
        "gradient clipping: at least one iteration is needed, got 0");
  CHECK(error_of([&] { SpectralGradientClipping{}(engine::ones({5})); }) ==
        "gradient clipping: expected a matrix or a kernel, got [5]");
}
