// Cones against their definition, in few dimensions and in many.
#include "layers/cones.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/engine.h"
#include "tests/datasets/scratch.h"

namespace {

using engine::Index;
using engine::Real;
using engine::Tensor;
using layers::Cones;

double defined_value(Cones& cones, const std::vector<Real>& x, Index sample) {
  const std::vector<Real> centers = cones.centers.raw().values();
  const std::vector<Real> heights = cones.heights.raw().values();
  const auto dimension = static_cast<Index>(centers.size() / heights.size());
  double highest = -INFINITY;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    double square = 0;
    for (Index d = 0; d < dimension; ++d)
      square += std::pow(double{x[sample * dimension + d]} - double{centers[i * dimension + d]}, 2);
    highest = std::max(highest, heights[i] - std::sqrt(square));
  }
  return highest;
}

TEST_CASE("cones: the highest of them, of slope 1, wherever the samples lie") {
  engine::seed(7);
  for (const Index dimension : {1, 2, 5, 40}) {
    CAPTURE(dimension);
    Cones cones(dimension, 9, 2);
    cones.heights.assign(engine::uniform({9, 1}, -1, 1));
    const Tensor x = engine::normal({30, dimension}, 0, 3);
    const Tensor y = cones(x);
    CHECK(y.shape() == engine::Shape{30, 1});
    const std::vector<Real> values = y.values(), points = x.values();
    for (Index i = 0; i < 30; ++i)
      CHECK(values[i] == doctest::Approx(defined_value(cones, points, i)).epsilon(1e-5));
    const Tensor slopes = sqrt(sum(square(grad(sum(y), {x})[0]), {1}));
    for (const Real slope : slopes.values()) CHECK(slope == doctest::Approx(1).epsilon(1e-5));
  }
  CHECK(Cones::lipschitz({1, 2}) == 1);
}

TEST_CASE("cones: at a center the height, and no slope that is not finite") {
  Cones cones(2, 3, 1);
  cones.heights.assign(Tensor::from({3, 1}, {5, 5, 5}));
  const Tensor x = cones.centers.raw().clone(), y = cones(x);
  for (const Real value : y.values()) CHECK(value == doctest::Approx(5).epsilon(1e-6));
  for (const Real slope : grad(sum(y), {x})[0].values()) CHECK(std::isfinite(slope));
}

TEST_CASE("cones: shapes that do not fit") {
  Cones cones(2, 3, 1);
  CHECK(says(complaint([&] { cones(engine::zeros({4, 3})); }), "cones", "[4, 3]", "[3, 2]"));
  CHECK(says(complaint([] { Cones(0, 3, 1); }), "not possible"));
}

}  // namespace
