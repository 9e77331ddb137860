// Every case that has a definition gives what the definition gives, computed in double by loops.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/ops/fused.h"
#include "tests/cases/case.h"

using namespace tests;

TEST_CASE("forward: every op equals its definition") {
  int compared = 0;
  double worst = 0;
  for (const Case& c : cases()) {
    if (!c.definition) continue;
    CAPTURE(c.name);
    Instance f(c);
    const Hosts inputs(f.inputs().begin(), f.inputs().end());
    const double error = difference(f(), c.definition(inputs));
    CHECK(error < kClose);
    worst = std::max(worst, error);
    ++compared;
  }
  MESSAGE("forward: " << compared << " cases against definitions, worst relative error " << worst);
}

TEST_CASE("forward: activations and extremes keep NaN, in loops of every length") {
  const engine::Real nan = std::numeric_limits<engine::Real>::quiet_NaN();
  for (const Index n : {1, 7, 40}) {
    const Tensor x = engine::full({n}, nan), y = engine::ones({n}), bias = engine::zeros({n});
    for (const Tensor& z :
         {relu(x), maximum(x, y), maximum(y, x), minimum(x, y), minimum(y, x),
          maximum(x, engine::scalar(1)), maximum(engine::scalar(1), x),
          bias_activation(x, bias, engine::Activation::relu),
          bias_activation(x, bias, engine::Activation::leaky_relu, engine::Real(0.1))})
      for (const engine::Real value : z.values()) CHECK(std::isnan(value));
  }
}
