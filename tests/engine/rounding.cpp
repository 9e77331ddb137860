// Each operation of a row, and of a draw, rounds separately; otherwise a device that does not fuse
// products with sums could not be bit-identical.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/philox.h"
#include "tests/support/draw.h"

using namespace tests;

namespace {

// Through memory, so that no compiler makes one operation of a product and a sum.
Real apart(Real value) {
  const volatile Real kept = value;
  return kept;
}

constexpr Index kLong = 4096;

}  // namespace

TEST_CASE("rounding: uniform numbers are low + (high - low) u with three roundings") {
  const Real low = Real(-0.3), high = Real(12.72);
  engine::seed(5);
  const std::vector<Real> x = engine::uniform({kLong}, low, high).values();
  int fused = 0;
  for (Index i = 0; i < kLong; ++i) {
    const Real u = engine::unit_interval(engine::philox(5, 0, i / 4).word[i % 4]);
    CHECK(x[i] == apart(low + apart((high - low) * u)));
    fused += x[i] != std::fma(high - low, u, low);
  }
  CHECK(fused > 0);  // the numbers tell the two apart
}

TEST_CASE("rounding: tanh_grad is (1 - x x) y with three roundings") {
  Draw random(6);
  const Tensor a = random.uniform({kLong}).tensor(), b = random.uniform({kLong}).tensor();
  const std::vector<Real> x = a.values(), y = b.values(), z = engine::tanh_grad(a, b).values();
  int fused = 0;
  for (Index i = 0; i < kLong; ++i) {
    CHECK(z[i] == apart(apart(1 - apart(x[i] * x[i])) * y[i]));
    fused += z[i] != std::fma(-x[i], x[i], Real(1)) * y[i];
  }
  CHECK(fused > 0);
}
