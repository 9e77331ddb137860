// Constraints: their promised norms against dense singular values, and the gradient through them
// against golden values. Common checks are in constraint_list.cpp.
#include <doctest/doctest.h>

#include "engine/linalg.h"
#include "layers/layers.h"
#include "layers/lipschitz/audit.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

// A power iteration has found sigma to this after the iterations below: twice as many digits as it
// has of the vector. A float32 sigma rounds some hundred products.
constexpr double kConverged = kDouble ? 1e-6 : 1e-5;

// The constrained weight after 40 optimizer steps that change nothing.
template <class... C>
LinearMap settled(const LinearMap& map, C... constraints) {
  engine::seed(9);
  Param param(map.weight, {constraints...});
  for (int step = 0; step < 40; ++step) {
    param.changed();
    param.value(map);
  }
  return map.with(param.value(map));
}

double length(const Host& h) {
  double square = 0;
  for (const double v : h.values) square += v * v;
  return std::sqrt(square);
}

// Of the rows of the reshaped kernel.
std::vector<double> row_lengths(const Tensor& weight) {
  std::vector<double> lengths;
  for (Index i = 0; i < weight.dim(0); ++i)
    lengths.push_back(length(Host(slice(weight, 0, i, i + 1))));
  return lengths;
}

std::vector<LinearMap> maps() {
  Draw draw(8);
  const auto kernel = [&](const Shape& shape) { return draw.uniform(shape).tensor(); };
  return {LinearMap::dense(kernel({7, 5})),
          LinearMap::conv(kernel({4, 3, 3, 3}), {.padding = 1}, 6, 5),
          LinearMap::conv(kernel({4, 4, 4, 3}), {.stride = 2, .padding = 1}, 6, 8),
          LinearMap::conv(kernel({3, 3, 2, 2}), {.stride = 2, .dilation = 2}, 7, 6),
          LinearMap::conv_transpose(kernel({3, 4, 4, 2}), {.stride = 2, .padding = 1}, 8, 8),
          LinearMap::conv_transpose(kernel({4, 3, 3, 2}), {.padding = 1}, 5, 5)};
}

}  // namespace

TEST_CASE("constraints: ToeplitzNorm makes sigma of the map itself k") {
  for (const LinearMap& map : maps())
    for (const Real k : {Real(1), Real(3)}) {
      const LinearMap w = settled(map, ToeplitzNorm{.iterations = 50, .target = {.k = k}});
      CHECK(sigma(w) == doctest::Approx(k).epsilon(kConverged));
    }
}

TEST_CASE("constraints: SpectralNorm makes sigma of the reshaped kernel k") {
  for (const LinearMap& map : maps())
    for (const Real k : {Real(1), Real(3)}) {
      const LinearMap w = settled(map, SpectralNorm{.iterations = 50, .target = {.k = k}});
      CHECK(sigma(w.matrix()) == doctest::Approx(k).epsilon(kConverged));
    }
}

TEST_CASE("constraints: at_most leaves small weights alone and scales large ones down") {
  for (const LinearMap& map : maps()) {
    const Real before = static_cast<Real>(sigma(map));
    const Target below{.k = before / 2, .mode = Mode::at_most};
    const Target above{.k = before * 2, .mode = Mode::at_most};
    CHECK(sigma(settled(map, ToeplitzNorm{.iterations = 50, .target = below})) ==
          doctest::Approx(before / 2).epsilon(kConverged));
    const LinearMap kept = settled(map, ToeplitzNorm{.iterations = 50, .target = above});
    CHECK(difference(kept.weight, map.weight) < kClose);
  }
}

TEST_CASE("constraints: Bjorck sets every singular value of the reshaped kernel to one") {
  for (const LinearMap& map : maps()) {
    const LinearMap w = settled(map, SpectralNorm{.iterations = 50}, Bjorck{.steps = 25});
    for (const double value : singular_values(dense(w.matrix())))
      CHECK(value == doctest::Approx(1).epsilon(kConverged));
  }
}

TEST_CASE("constraints: each bounds what it says") {
  for (const LinearMap& map : maps()) {
    CHECK(length(Host(settled(map, FrobeniusNorm{}).weight)) == doctest::Approx(1).epsilon(kClose));
    for (const double row : row_lengths(settled(map, WeightNorm{}).weight))
      CHECK(row == doctest::Approx(1).epsilon(kClose));
    const LinearMap gain = settled(map, WeightNorm{.gain = true});
    CHECK(difference(gain.weight, map.weight) < kClose);  // starts as if it were not there
    CHECK(sigma(settled(map, Aol{})) <= 1 + kClose);
    CHECK(sigma(settled(map, GramNorm{})) <= 1 + kClose);
    CHECK(sigma(settled(map, TsuzukuNorm{.iterations = 50})) <= 1 + kConverged);
  }
}

TEST_CASE("constraints: WeightClip clips after each optimizer step") {
  Linear linear(2, 2, WeightClip{.c = 0.5});
  linear.weight.assign(Tensor::from({2, 2}, {2, -3, Real(0.25), 0}));
  Sgd sgd({.lr = 1}, {&linear.weight});
  sgd.step({engine::zeros({2, 2})});
  CHECK(linear.weight.raw().values() == std::vector<Real>{0.5, -0.5, 0.25, 0});
}

// lipschitz.json, case poster_example_2x2_on_3x3, dL_dK_toeplitz_normalised_k2: L = sum(G W),
// W = 2 K / sigma(T), G[a, b] = ((5 a + 7 b) mod 7) - 3.
TEST_CASE("constraints: the golden gradient through ToeplitzNorm") {
  engine::seed(1);
  const Tensor kernel = golden_kernel(1, 1, 2, 2);
  CHECK(kernel.values() == std::vector<Real>{-5, -3, -2, 0});
  Param param(kernel, {ToeplitzNorm{.iterations = 200, .target = {.k = 2}}});
  const LinearMap map = LinearMap::conv(param.raw(), {}, 3, 3);
  {
    const engine::NoGrad forward_only;
    param.value(map);
  }
  param.changed();
  const Tensor G = Tensor::from({1, 2, 2, 1}, {-3, -3, 2, 2});
  const Tensor g = engine::grad(engine::sum(G * param.value(map)), {param.raw()})[0];
  Host expected(Shape{1, 2, 2, 1});
  expected.values = {-0.18163677295597955, -0.28865741474645396, 0.8870780545096281,
                     0.7579268317747209};
  CHECK(difference(g, expected) < (kDouble ? 1e-10 : kClose));
}

// A 4x4 kernel on a 2x2 image: no whole window lies inside, so sigma(R) may exceed sigma(W).
TEST_CASE("constraints: an audit compares a running norm of R with R") {
  engine::seed(5);
  Conv2d layer(3, 5, {.kernel = 4, .stride = 2, .padding = 1}, SpectralNorm{});
  layer(engine::ones({1, 2, 2, 3}));
  const LayerAudit found = audit(layer.weight);
  CHECK(found.of_matrix);
  CHECK(*found.running > found.audited * 1.01);
  CHECK(found.consistent());
}

// W turns e1 into 2 e0, and e0 into next to nothing: |W u| is far from |W v|, of the same shape.
TEST_CASE("constraints: an audit finds the vector v by its name, where u has the same shape") {
  const Tensor turning = Tensor::from({2, 2}, {Real(0.1), 2, 0, Real(0.1)});
  for (const Constraint& constraint :
       {Constraint(SpectralNorm{}), Constraint(ToeplitzNorm{}), Constraint(TsuzukuNorm{})})
    for (const bool dense : {true, false}) {
      CAPTURE(dense);
      engine::seed(5);
      const LinearMap map = dense ? LinearMap::dense(turning)
                                  : LinearMap::conv(reshape(turning, {2, 1, 1, 2}), {}, 3, 3);
      Param weight(map.weight, {constraint});
      weight.value(map.with(weight.raw()));
      const LayerAudit found = audit(weight);
      CHECK(*found.running == doctest::Approx(1).epsilon(1e-4));
      CHECK(found.audited == doctest::Approx(1).epsilon(1e-4));
      CHECK(found.consistent());
      weight.states()[1]->assign(weight.states()[0]->value());  // u in the place of v
      CHECK(*audit(weight).running < 0.2);
      CHECK(!audit(weight).consistent());
    }
}

TEST_CASE("constraints: a running norm is near the audited one, unless it is behind the weights") {
  LayerAudit row{.running = 0.96, .audited = 1, .certified = 1, .reshaped = 1};
  CHECK(row.consistent());
  row.running = 0.94;
  CHECK(!row.consistent());
  row.behind = true;
  CHECK(row.consistent());
  row.running = 1.01;
  CHECK(!row.consistent());
  row = {.running = 0.48, .of_matrix = true, .audited = 0.48, .certified = 1, .reshaped = 1};
  CHECK(!row.consistent());
  row.running = NAN;
  CHECK(!row.consistent());

  // Rows to norm 1 after the iteration: v is not the top vector of what is used.
  engine::seed(5);
  const LinearMap map = LinearMap::dense(Tensor::from({2, 2}, {1, 0, 0, Real(0.1)}));
  Param weight(map.weight, {SpectralNorm{}, WeightNorm{}});
  weight.value(map.with(weight.raw()));
  CHECK(audit(weight).behind);
  CHECK(audit(weight).consistent());
}

TEST_CASE("constraints: an iteration that follows late is in order, one that is damaged is not") {
  engine::seed(5);
  const Host before = [] {
    Host m(Shape{3, 3});
    m.at({0, 1}) = m.at({1, 0}) = m.at({2, 2}) = 1;
    m.at({0, 1}) = 1.2;
    return m;
  }();
  const LinearMap map = LinearMap::dense(before.tensor());
  Param weight(map.weight, {ToeplitzNorm{}});
  weight.value(map.with(weight.raw()));
  Host after = before;  // another value becomes the largest, of which v has next to nothing
  after.at({2, 2}) = 2.4;
  engine::overwrite(weight.raw(), after.tensor());
  weight.changed();
  const Eval evaluate;
  weight.value(map.with(weight.raw()));
  const LayerAudit late = audit(weight);
  CHECK(*late.running == doctest::Approx(1).epsilon(1e-3));
  CHECK(late.audited == doctest::Approx(2).epsilon(1e-3));
  CHECK(late.behind);
  CHECK(late.consistent());
  engine::State& v = *weight.states()[1];
  v.assign(v.value() * Real(0.5));
  CHECK(!audit(weight).consistent());
}

// Singular values 5, 1, 0.8, 0.64 ... of the reshaped kernel.
TEST_CASE("constraints: SpectralClamp brings the largest value down to r times the second") {
  for (const LinearMap& map : maps()) {
    const Tensor R = flatten(map.weight);
    engine::Svd frame = engine::svd(R);
    const Index rows = R.dim(0), columns = R.dim(1), rank = std::min(rows, columns);
    std::vector<double> values = {5};
    for (Index i = 1; i < rank; ++i) values.push_back(std::pow(0.8, i - 1));
    Host weight(R.shape());
    for_each_position(weight.shape, [&](const Position& p) {
      for (Index i = 0; i < rank; ++i)
        weight.at(p) += frame.u[p[0] * rank + i] * values[i] * frame.v[p[1] * rank + i];
    });
    const LinearMap steep = map.with(reshape(weight.tensor(), map.weight.shape()));
    const SpectralClamp clamp{.r = 2, .iterations = 10};
    std::vector<double> expected = values;
    expected[0] = 2;
    const LinearMap w = settled(steep, clamp);
    CHECK(difference(singular_values(dense(w.matrix())), expected) < 10 * kConverged);
    CHECK(difference(settled(steep, SpectralClamp{.r = 6}).weight, steep.weight) < kClose);

    // With u0, v0 and s1 constant: dL/dR = G - <G, u0 v0^T> u0 v0^T.
    engine::seed(9);
    Param param(steep.weight, {clamp});
    const Tensor g = Draw(4).uniform(steep.weight.shape()).tensor();
    const Tensor got =
        engine::grad(engine::sum(g * param.value(steep.with(param.raw()))), {param.raw()})[0];
    Host top(R.shape());
    for_each_position(top.shape, [&](const Position& p) {
      top.at(p) = frame.u[p[0] * rank] * frame.v[p[1] * rank];
    });
    const Tensor uv = reshape(top.tensor(), g.shape());
    CHECK(difference(got, g - sum(g * uv) * uv) < 10 * kConverged);
  }
}

TEST_CASE("constraints: the audit of a zero weight is in order") {
  for (const Constraint& constraint : {Constraint(SpectralNorm{}), Constraint(ToeplitzNorm{})}) {
    Conv2d layer(2, 3, {.padding = 1}, constraint);
    layer.weight.assign(layer.weight.raw() * 0);
    layer(engine::ones({1, 4, 4, 2}));
    const LayerAudit found = audit(layer.weight);
    CHECK(found.running == 0);
    CHECK(found.audited == 0);
    CHECK(found.consistent());
  }
}

TEST_CASE("constraints: an audit grants a certificate rounding, no more") {
  const LayerAudit good{.running = 1.0005, .audited = 1, .certified = 1 - 1e-6, .reshaped = 1};
  CHECK(good.consistent());
  LayerAudit small = good;
  small.certified = 0.999;
  CHECK(!small.consistent());
  LayerAudit large = good;
  large.running = 1.002;
  CHECK(!large.consistent());
}

TEST_CASE("constraints: WeightNorm names no norm that it aims at where it learns them") {
  CHECK(Constraint(WeightNorm{.target = {.k = 2}}).target() == 2);
  CHECK(!Constraint(WeightNorm{.gain = true}).target());
}

// 1.5 x - 0.5 x^3 goes to infinity from 3.
TEST_CASE("constraints: Bjorck finds the nearest orthonormal matrix of large weights too") {
  for (const LinearMap& map : maps())
    for (const Real size : {Real(1), Real(3), Real(1000)}) {
      const LinearMap w = settled(map, SpectralNorm{.iterations = 50, .target = {.k = size}},
                                  Bjorck{.steps = 25, .k = 2});
      const LinearMap one =
          settled(map, SpectralNorm{.iterations = 50}, Bjorck{.steps = 25, .k = 2});
      CHECK(difference(w.weight, one.weight) < 10 * kConverged);
      for (const double value : singular_values(dense(w.matrix())))
        CHECK(value == doctest::Approx(2).epsilon(kConverged));
    }
}

TEST_CASE("constraints: a weight that was zero for a while recovers") {
  engine::seed(4);
  Linear linear(4, 3, SpectralNorm{.iterations = 5});
  const Tensor x = Draw(1).uniform({2, 4}).tensor();
  const Tensor weight = linear.weight.raw().clone();
  engine::overwrite(linear.weight.raw(), engine::zeros({3, 4}));
  for (int step = 0; step < 3; ++step) {
    linear.weight.changed();
    const std::vector<Tensor> g =
        engine::grad(engine::sum(square(linear(x) - 1)), {linear.weight.raw()});
    for (const Real v : g[0].values()) CHECK(std::isfinite(v));
  }
  engine::overwrite(linear.weight.raw(), weight);
  for (int step = 0; step < 40; ++step) {
    linear.weight.changed();
    linear(x);
  }
  const LinearMap map = LinearMap::dense(linear.weight.raw());
  CHECK(sigma(map.with(linear.weight.value(map))) == doctest::Approx(1).epsilon(kConverged));
}

TEST_CASE("constraints: one value that is called with one weight after another") {
  Draw draw(31);
  const LinearMap small = LinearMap::dense(draw.uniform({5, 7}).tensor());
  const LinearMap large = small.with(Real(8) * small.weight);
  SpectralNorm norm{.iterations = 50};
  for (const LinearMap& map : {small, large, small})
    CHECK(engine::spectral_norm(norm(map)) == doctest::Approx(1).epsilon(kConverged));
}
