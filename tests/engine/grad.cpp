// grad beyond the values of single ops: sharing, recording, order three and higher, penalties on
// gradients, long chains.
#include "engine/grad.h"

#include <doctest/doctest.h>

#include "tests/support/draw.h"

using namespace tests;
using namespace engine;

namespace {

Tensor some(const Shape& shape, std::uint64_t seed = 1) {
  return Draw(seed).uniform(shape).tensor();
}

}  // namespace

TEST_CASE("grad: what y does not depend on gets zeros") {
  const Tensor x = some({2, 3}), other = some({4});
  const std::vector<Tensor> g = grad(sum(x), {x, other});
  CHECK(g[0].values() == std::vector<Real>(6, 1));
  CHECK(g[1].shape() == Shape{4});
  CHECK(g[1].values() == std::vector<Real>(4, 0));
  CHECK(grad(sum(sign(x)), {x})[0].values() == std::vector<Real>(6, 0));
}

TEST_CASE("grad: y itself, and tensors in between, may be asked for") {
  const Tensor x = scalar(3), z = square(x), y = z * x;  // y = x^3
  const std::vector<Tensor> g = grad(y, {y, z, x, x});
  CHECK(g[0].item() == 1);
  CHECK(g[1].item() == 3);   // with x held fixed
  CHECK(g[2].item() == 27);  // 3 x^2, through z too
  CHECK(g[3].item() == 27);
}

TEST_CASE("grad: a shared subgraph counts once for each use") {
  // Squaring ten times by x x: z = x^(2^10), with 2^10 paths from z to x.
  const Tensor x = scalar(1);
  Tensor z = x;
  for (int i = 0; i < 10; ++i) z = z * z;
  CHECK(grad(z, {x})[0].item() == 1024);
  const Tensor e = exp(x);
  CHECK(grad(e + e + e * e, {x})[0].item() ==
        doctest::Approx(2 * std::exp(1.0) + 2 * std::exp(2.0)).epsilon(kClose));
}

TEST_CASE("grad: a whole power of zero is finite at every order") {
  for (const int exponent : {0, 1, 2, 3}) {
    CAPTURE(exponent);
    const Tensor x = scalar(0);
    Tensor z = engine::power(x, static_cast<Real>(exponent));
    double expected = 1;  // exponent!, at the order of the exponent
    for (int order = 1; order <= 5; ++order) {
      CAPTURE(order);
      z = grad(z, {x}, true)[0];
      expected *= order;
      CHECK(z.item() == (order == exponent ? expected : 0));
    }
  }
}

TEST_CASE("grad: NoGrad and detach stop it") {
  const Tensor x = scalar(2);
  Tensor hidden;
  {
    const NoGrad off;
    CHECK(!grad_mode());
    hidden = square(x);
  }
  CHECK(grad_mode());
  CHECK(grad(hidden * x, {x})[0].item() == 4);  // x^2 is a constant here
  CHECK(grad(square(x).detach() * x, {x})[0].item() == 4);
  CHECK(grad(square(x) * x, {x})[0].item() == 12);
}

TEST_CASE("grad: a gradient is recorded only if asked") {
  const Tensor x = scalar(2);
  CHECK(!grad(square(x), {x})[0].node()->op);
  const NoGrad off;
  const Tensor y = [&] {
    const GradMode on(true);
    return square(x) * x;
  }();
  const Tensor g = grad(y, {x}, true)[0];  // recorded, whatever the scope around it
  CHECK(g.item() == 12);
  CHECK(grad(g, {x})[0].item() == 12);
}

TEST_CASE("grad: a cotangent instead of a single number") {
  const Tensor x = some({2, 3}), c = some({2, 3}, 2);
  CHECK(difference(grad(exp(x), {x}, false, c)[0], exp(x) * c) < kClose);
  CHECK(error_of([&] { grad(exp(x), {x}, false, scalar(1)); }) != "no error");
}

TEST_CASE("grad: third and fourth derivatives in closed form") {
  const Tensor x = some({5});
  const auto derivative = [&](const Tensor& y) { return grad(sum(y), {x}, true)[0]; };
  // x^5: 5, 20, 60, 120 times a falling power.
  const Tensor y = x * square(square(x));
  const Tensor third = derivative(derivative(derivative(y)));
  CHECK(difference(third, 60 * square(x)) < kClose);
  CHECK(difference(derivative(third), 120 * x) < kClose);
  const Tensor e = exp(2 * x);
  CHECK(difference(derivative(derivative(derivative(e))), 8 * e) < kClose);
  CHECK(difference(derivative(derivative(derivative(sin(x)))), -cos(x)) < kClose);
  // tanh''' = (1 - t^2) (6 t^2 - 2)
  const Tensor t = tanh(x);
  CHECK(difference(derivative(derivative(derivative(t))), (1 - square(t)) * (6 * square(t) - 2)) <
        kClose);
}

TEST_CASE("grad: the gradient penalty of WGAN-GP" * doctest::skip(!kDouble)) {
  // D(x) = w2 . leaky_relu(conv(x, w)) and the penalty mean (|dD/dx| - 1)^2 of single samples,
  // differentiated by the weights, against central differences of the penalty.
  const Tensor x = some({3, 5, 5, 2}), w = some({4, 3, 3, 2}, 2), w2 = some({36, 1}, 3);
  const auto penalty = [&](bool differentiable) {
    const Tensor h = tanh(conv2d(x, w));
    const Tensor critic = matmul(flatten(h), w2);
    const Tensor slopes = flatten(grad(sum(critic), {x}, differentiable)[0]);
    const GradMode scope(differentiable);
    return mean(square(sqrt(sum(square(slopes), {1}) + Real(1e-12)) - 1));
  };
  const std::vector<Tensor> g = grad(penalty(true), {w, w2});
  for (const Tensor& variable : {w, w2}) {
    const Tensor& exact = variable.node() == w.node() ? g[0] : g[1];
    const std::vector<Real> start = variable.values();
    for (std::size_t i = 0; i < start.size(); i += 5) {
      const auto at = [&](double step) {
        std::vector<Real> moved = start;
        moved[i] += static_cast<Real>(step);
        engine::overwrite(variable, moved);
        return static_cast<double>(penalty(false).item());
      };
      // As in gradients.cpp: fourth order, so that the step's error is far below the bar.
      const double h = 1e-4, numeric = (8 * (at(h) - at(-h)) - at(2 * h) + at(-2 * h)) / (12 * h);
      engine::overwrite(variable, start);
      CHECK(std::abs(numeric - exact.values()[i]) / largest(Host(exact).values) < 1e-7);
    }
  }
}

TEST_CASE("grad: a chain of 200,000 ops neither overflows the stack nor leaks its nodes") {
  const Tensor x = scalar(0);
  Tensor y = x;
  for (int i = 0; i < 200'000; ++i) y = y + x;
  CHECK(grad(y, {x})[0].item() == 200'001);
  Tensor g = grad(square(y), {x}, true)[0];  // a recorded gradient, as long again
  CHECK(g.item() == 0);
  g = Tensor();
  y = Tensor();  // the nodes go one by one
  CHECK(x.unique());
}

TEST_CASE("grad: ties share the gradient, and a zero tensor has a finite norm") {
  const Tensor x = Tensor::from({3}, {2, 2, 1});
  CHECK(grad(engine::max(x), {x})[0].values() == std::vector<Real>{0.5, 0.5, 0});
  const Tensor a = scalar(1), b = scalar(1);
  CHECK(grad(maximum(a, b), {a, b})[1].item() == Real(0.5));
  const Tensor zero = zeros({4});
  CHECK(grad(norm(zero), {zero})[0].values() == std::vector<Real>(4, 0));
  CHECK(unit(zero).values() == std::vector<Real>(4, 0));
}
