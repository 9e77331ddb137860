// Gradient penalties: on linear critics their closed forms, on others central differences; each
// sample by itself, over all its numbers, at a place of its own.
#include "layers/penalty.h"

#include <doctest/doctest.h>

#include <set>

#include "layers/layers.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

const Shape kImages = {5, 2, 3, 2};

Tensor images(std::uint64_t seed) { return Draw(seed).uniform(kImages).tensor(); }

// <w, x> + 3 with |w| = 1.5: the bias must not matter.
Sequential linear_critic() {
  Linear layer(12, 1);
  const Tensor w = Draw(4).uniform({1, 12}).tensor();
  layer.weight.assign(w * (Real(1.5) / sqrt(sum(square(w)))));
  layer.bias.assign(engine::full({1}, 3));
  return {Flatten{}, layer};
}

Sequential smooth_critic() {
  engine::seed(7);
  Sequential critic = {
      Conv2d(2, 4, {.kernel = 3, .padding = 1, .activation = engine::Activation::tanh}), Flatten{},
      Linear(24, 6), Tanh{}, Linear(6, 1)};
  for (Param* param : critic.parameters()) param->assign(engine::normal(param->raw().shape()));
  return critic;
}

}  // namespace

TEST_CASE("penalty: of a linear critic, the closed form of each") {
  Sequential critic = linear_critic();
  const Tensor real = images(1), fake = images(2);
  const double s = 1.5, close = 1e-6;
  const auto is = [&](const auto& penalty, double expected) {
    CHECK(std::abs(penalty(critic, real, fake).item() - expected) < close * expected);
  };
  is(GradientPenalty{}, 10 * (s - 1) * (s - 1));
  is(GradientPenalty{.lambda = 2, .target = 3}, 2 * (s - 3) * (s - 3));
  is(LipschitzPenalty{}, 10 * (s - 1) * (s - 1));
  is(R1{}, 5 * s * s);
  is(R2{.gamma = 1}, s * s / 2);
  is(MaxGradientPenalty{}, 10 * s * s);
  for (Param* param : critic.parameters()) param->assign(param->raw() * Real(0.5));
  is(GradientPenalty{}, 10 * 0.25 * 0.25);
  CHECK(LipschitzPenalty{}(critic, real, fake).item() == 0);  // a slope of 0.75 costs nothing
}

TEST_CASE("penalty: a slope is a sample's own, over all its numbers") {
  Sequential critic = smooth_critic();
  const Tensor x = images(3);
  const std::vector<Real> together = slopes(critic, x).values();
  const std::vector<Real> squares = squared_slopes(critic, x).values();
  REQUIRE(together.size() == 5);
  std::set<Real> different;
  for (Index i = 0; i < 5; ++i) {
    const Tensor alone = slice(x, 0, i, i + 1).detach();
    const Tensor g = grad(sum(critic(alone)), {alone})[0];
    const double slope = std::sqrt(double{sum(square(g)).item()});
    CHECK(together[i] == doctest::Approx(std::sqrt(slope * slope + 1e-12)).epsilon(kClose));
    CHECK(squares[i] == doctest::Approx(slope * slope).epsilon(kClose));
    different.insert(together[i]);
  }
  CHECK(different.size() == 5);
}

TEST_CASE("penalty: samples between two sets lie at a place each, of all their numbers") {
  engine::seed(1);
  const std::vector<Real> places = between(engine::zeros(kImages), engine::ones(kImages)).values();
  std::set<Real> different;
  for (std::size_t i = 0; i < places.size(); ++i) {
    CHECK(places[i] == places[i / 12 * 12]);
    CHECK(places[i] >= 0);
    CHECK(places[i] < 1);
    different.insert(places[i]);
  }
  CHECK(different.size() == 5);
  CHECK(error_of([] {
          between(engine::zeros({2, 3}), engine::zeros({3, 3}));
        }).find("[3, 3]") != std::string::npos);
}

TEST_CASE("penalty: r1 is at real samples, r2 at fakes, the others between") {
  Sequential critic = smooth_critic();
  const Tensor a = images(5), b = images(6);
  CHECK(R1{}(critic, a, b).item() == R1{}(critic, a, a).item());
  CHECK(R2{}(critic, a, b).item() == R1{}(critic, b, b).item());
  CHECK(R1{}(critic, a, b).item() != R1{}(critic, b, a).item());
  // Between a set and itself there is only the set.
  CHECK(MaxGradientPenalty{}(critic, a, a).item() ==
        doctest::Approx(10 * max(squared_slopes(critic, a)).item()).epsilon(kClose));
}

TEST_CASE("penalty: the gradient of each is that of central differences") {
  if (!kDouble) return;
  const Tensor real = images(8), fake = images(9);
  for_each_penalty([&](const std::string& name, const auto& penalty, const std::string& help) {
    CAPTURE(name);
    CHECK(!help.empty());
    Sequential critic = smooth_critic();
    const std::vector<Param*> parameters = critic.parameters();
    const auto value = [&] {
      engine::seed(2);  // the same places between
      return penalty(critic, real, fake);
    };
    double largest_gradient = 0;
    const engine::TensorList gradients = grad(value(), parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      CAPTURE(i);
      Param& param = *parameters[i];
      const Tensor start = param.raw().clone();
      const Tensor direction = Draw(i).uniform(start.shape()).tensor();
      const auto at = [&](double h) {
        param.assign(start + static_cast<Real>(h) * direction);
        return double{value().item()};
      };
      const double h = 1e-4;
      const double numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      param.assign(start);
      const double exact = sum(gradients[i] * direction).item();
      const double scale =
          std::sqrt(double{(sum(square(gradients[i])) * sum(square(direction))).item()});
      CHECK(std::abs(exact - numeric) <= 1e-7 * scale);
      largest_gradient = std::max(largest_gradient, scale);
    }
    CHECK(largest_gradient > 0);
  });
}

TEST_CASE("penalty: a critic without slope has a finite gradient") {
  Sequential critic = {Flatten{}, Linear(12, 1)};
  for (Param* param : critic.parameters()) param->assign(engine::zeros(param->raw().shape()));
  for_each_penalty([&](const std::string& name, const auto& penalty, const char*) {
    CAPTURE(name);
    for (const Tensor& g : grad(penalty(critic, images(1), images(2)), critic.parameters()))
      for (const Real v : g.values()) CHECK(std::isfinite(v));
  });
}
