// Lipschitz constants of modules against the dense singular values of their Jacobians: never
// smaller, and equal where the rule is exact.
#include <doctest/doctest.h>

#include <cmath>

#include "layers/layers.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

// The Jacobian at x (of one sample), a row for each output, by reverse differentiation.
double jacobian_norm(Sequential net, const Tensor& x) {
  const Index columns = x.size(), rows = net(x).size();
  Host jacobian(Shape{rows, columns});
  const Tensor y = reshape(net(x), {1, rows});
  for (Index r = 0; r < rows; ++r) {
    const Host row(engine::grad(engine::sum(slice(y, 1, r, r + 1)), {x})[0]);
    for (Index c = 0; c < columns; ++c) jacobian.at({r, c}) = row.values[c];
  }
  return singular_values(jacobian)[0];
}

struct Bounded {
  const char* name;
  Shape input;
  Sequential net;
  double constant;  // where it is known; 0: nowhere less than the Jacobian's norm
};

BatchNorm scaled_batch_norm() {
  BatchNorm norm(3);
  engine::overwrite(norm.gamma.raw(), Tensor::from({3}, {1, -4, 2}));
  norm.running_variance.assign(Tensor::from({3}, {1, 4, Real(0.25)}));
  return norm;
}

Linear twice() {
  Linear linear(6, 6);
  Host values(Shape{6, 6});
  for (Index i = 0; i < 6; ++i) values.at({i, i}) = 2;
  linear.weight.assign(values.tensor());
  return linear;
}

std::vector<Bounded> modules() {
  engine::seed(7);
  const Shape image{1, 4, 6, 3};
  const double batch_norm = 2 / std::sqrt(0.25 + 1e-5);
  return {
      {"Linear", {1, 6}, {Linear(6, 4), Tanh{}}, 0},
      {"Conv2d", image, {Conv2d(3, 2, {.padding = 1})}, 0},
      {"Conv2d, leaky",
       image,
       {Conv2d(3, 2, {.activation = engine::Activation::leaky_relu, .slope = 3})},
       0},
      {"ConvTranspose2d", image, {ConvTranspose2d(3, 2, {})}, 0},
      {"AveragePool", image, {AveragePool{}}, 0.5},
      {"AveragePool, overlapping",
       image,
       {AveragePool{{.kernel = 3, .stride = 1, .padding = 1}}},
       0},
      {"AveragePool, of what is inside",
       image,
       {AveragePool{{.kernel = 3, .stride = 1, .padding = 1, .count_padding = false}}},
       0},
      {"MaxPool", image, {MaxPool{}}, 1},
      {"MaxPool, overlapping", image, {MaxPool{{.kernel = 3, .stride = 1, .padding = 1}}}, 3},
      {"GlobalAveragePool", image, {GlobalAveragePool{}}, 1 / std::sqrt(24.0)},
      {"GlobalSumPool", image, {GlobalSumPool{}}, std::sqrt(24.0)},
      {"UpsampleNearest", image, {UpsampleNearest{}}, 2},
      {"UpsampleNearest 1 x 3", image, {UpsampleNearest{{1, 3}}}, std::sqrt(3.0)},
      {"BatchNorm", image, {scaled_batch_norm()}, batch_norm},
      {"Residual", {1, 6}, {Residual{{twice()}, {}}}, 3},
      {"Residual of convolutions",
       image,
       {Residual{{Conv2d(3, 3, {.padding = 1}), Relu{}}, {Conv2d(3, 3, {.kernel = 1})}}},
       0},
      {"a series", image, {UpsampleNearest{}, GlobalSumPool{}}, 2 * std::sqrt(96.0)},
      {"Sigmoid", {1, 6}, {Sigmoid{}}, 0},
      {"LeakyRelu", {1, 6}, {LeakyRelu{.slope = -2}}, 0},
      {"Softplus and MaxMin", {1, 6}, {Softplus{}, MaxMin{}}, 0},
  };
}

}  // namespace

TEST_CASE(
    "lipschitz modules: no Jacobian exceeds what a module says, and the known ones reach it") {
  const Eval evaluate;
  for (Bounded& each : modules()) {
    CAPTURE(each.name);
    const double said = each.net.lipschitz(each.input);
    Host peak = Draw(3).uniform(each.input, -0.5, 0.5);
    peak.values[peak.values.size() / 2] = 2;  // one pixel that is the maximum wherever it is read
    for (const Tensor& x :
         {Draw(2).uniform(each.input).tensor(), peak.tensor(), engine::zeros(each.input)})
      CHECK(jacobian_norm(each.net, x) <= said * (1 + 1e-5));
    if (each.constant == 0) {
      CHECK(std::isfinite(said));
      continue;
    }
    CHECK(said == doctest::Approx(each.constant).epsilon(1e-6));
    CHECK(jacobian_norm(each.net, peak.tensor()) == doctest::Approx(said).epsilon(1e-5));
  }
}

TEST_CASE("lipschitz modules: those without a constant say infinity") {
  const Shape image{1, 4, 6, 3};
  CHECK(std::isinf(Sequential{LayerNorm(3)}.lipschitz(image)));
  CHECK(std::isinf(BatchNorm(3).lipschitz(image)));  // in training
}
