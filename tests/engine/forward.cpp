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

// Each length of a run of channels has a loop of its own.
TEST_CASE("forward: the largest of a window, among any number of channels and with NaN") {
  const engine::Real nan = std::numeric_limits<engine::Real>::quiet_NaN();
  const Index channels = 75, size = 5;
  std::vector<engine::Real> values = engine::normal({1, size, size, channels}).values();
  for (std::size_t i = 0; i < values.size(); i += 31) values[i] = nan;
  const Tensor x = Tensor::from({1, size, size, channels}, values);
  const auto result = max_pool(x, {.kernel = 3, .stride = 2, .padding = 1}).values();
  REQUIRE(result.size() == 3 * 3 * channels);
  for (Index i = 0; i < 9 * channels; ++i) {
    const Index c = i % channels, p = i / channels / 3, q = i / channels % 3;
    engine::Real most = -std::numeric_limits<engine::Real>::infinity();
    for (Index h = std::max<Index>(2 * p - 1, 0); h < std::min(2 * p + 2, size); ++h)
      for (Index w = std::max<Index>(2 * q - 1, 0); w < std::min(2 * q + 2, size); ++w) {
        const engine::Real value = values[(h * size + w) * channels + c];
        if (!std::isnan(most) && !(value <= most)) most = value;
      }
    CAPTURE(i);
    CHECK((std::isnan(most) ? std::isnan(result[i]) : result[i] == most));
  }
}
