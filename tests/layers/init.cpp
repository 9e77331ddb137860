// Initial values: moments of their distributions, and orthogonality.
#include "layers/init.h"

#include <doctest/doctest.h>

#include "layers/layers.h"
#include "tests/support/definitions.h"

using namespace tests;
using namespace layers;

namespace {

double variance(const Tensor& t) {
  const Host h(t);
  double square = 0;
  for (const double v : h.values) square += v * v;
  return square / static_cast<double>(h.values.size());
}

// The largest element of R R^T - I, or of R^T R - I if there are fewer columns.
double not_orthonormal(const Tensor& t) {
  const Host r = definitions::shaped(Host(t), {t.dim(0), t.size() / t.dim(0)});
  const bool wide = r.shape[0] <= r.shape[1];
  Host gram = definitions::product(r, r, !wide, wide);
  for (Index i = 0; i < gram.shape[0]; ++i) gram.at({i, i}) -= 1;
  return largest(gram.values);
}

}  // namespace

TEST_CASE("init: variances of Glorot and He") {
  engine::seed(1);
  const Shape kernel{64, 3, 3, 48};  // fan in 432, fan out 576; 27,648 numbers
  // The estimate of a variance from n numbers has a relative error of sqrt(2 / n), 0.9%.
  CHECK(variance(glorot_uniform(kernel)) == doctest::Approx(2.0 / (432 + 576)).epsilon(0.04));
  CHECK(variance(glorot_uniform(kernel, 2)) == doctest::Approx(8.0 / (432 + 576)).epsilon(0.04));
  CHECK(variance(he_normal(kernel)) == doctest::Approx(2.0 / 432).epsilon(0.04));
  const double bound = std::sqrt(6.0 / (432 + 576));
  CHECK(largest(Host(glorot_uniform(kernel)).values) <= bound * (1 + kClose));
  CHECK(error_of([] { he_normal({3}); }).find("init") == 0);
}

TEST_CASE("init: layers start within 1 / sqrt(fan in), as PyTorch's") {
  engine::seed(1);
  const Linear linear(100, 50);
  CHECK(variance(linear.weight.raw()) == doctest::Approx(1.0 / 300).epsilon(0.1));
  CHECK(largest(Host(linear.weight.raw()).values) <= 0.1 * (1 + kClose));
  const Conv2d conv(16, 32, {});
  CHECK(variance(conv.weight.raw()) == doctest::Approx(1.0 / (3 * 144)).epsilon(0.1));
}

TEST_CASE("init: orthogonal rows or columns") {
  engine::seed(1);
  for (const Shape& shape : {Shape{8, 8}, Shape{4, 3, 3, 5}, Shape{40, 2, 2, 3}, Shape{1, 7}})
    CHECK(not_orthonormal(orthogonal(shape)) < kClose);
  CHECK(variance(orthogonal({6, 6}, 3)) == doctest::Approx(9.0 / 6).epsilon(kClose));
}

TEST_CASE("init: a weight without elements has no orthogonal rows") {
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{2, 0, 3, 1}})
    CHECK(error_of([&] { layers::orthogonal(shape); }).find("no elements") != std::string::npos);
}

TEST_CASE("init: initialize sets weights and their biases, and leaves norms alone") {
  engine::seed(1);
  Sequential net = {Linear(4, 4), BatchNorm(4), Residual{{Linear(4, 4)}, {}}};
  const std::vector<Param*> params = net.parameters();
  REQUIRE(params.size() == 6);
  params[3]->assign(engine::full({4}, 7));  // batch norm's bias
  initialize(net, [](const Shape& shape) { return orthogonal(shape); });
  CHECK(not_orthonormal(params[0]->raw()) < kClose);
  CHECK(params[1]->raw().values() == std::vector<Real>(4, 0));
  CHECK(params[2]->raw().values() == std::vector<Real>(4, 1));
  CHECK(params[3]->raw().values() == std::vector<Real>(4, 7));
  CHECK(not_orthonormal(params[4]->raw()) < kClose);
  CHECK(params[5]->raw().values() == std::vector<Real>(4, 0));
}

TEST_CASE("init: a constraint's own parameters follow the new weight") {
  engine::seed(1);
  Sequential net = {Linear(4, 4, WeightNorm{.gain = true})};
  initialize(net, [](const Shape& shape) { return 3 * orthogonal(shape); });
  const std::vector<Param*> params = net.parameters();
  REQUIRE(params.size() == 3);  // weight, its rows' lengths, bias
  for (const Real length : params[1]->raw().values()) CHECK(length == doctest::Approx(3));
  CHECK(params[2]->raw().values() == std::vector<Real>(4, 0));
}
