// Pairs with known distance: movement of points, duality, a published value; critics by name.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/engine.h"
#include "gan/metrics/transport.h"
#include "tests/datasets/scratch.h"
#include "tools/wasserstein/bench.h"
#include "tools/wasserstein/pair.h"

namespace {

using engine::Index;
using engine::Real;
using engine::Tensor;

// The benchmark's pair of 2 dimensions and 4 funnels.
wasserstein::Pair published_pair() {
  return {Tensor::from({4, 2}, {0.47180951F, -2.34390354F, 0.48894584F, 0.19527346F, 1.79112411F,
                                1.20447063F, -1.71704745F, 1.20495820F}),
          Tensor::from({4}, {-0.03889056F, -0.09128842F, -0.06912179F, -0.10274692F})};
}

double mean_of(const Tensor& x) {
  double sum = 0;
  for (const Real value : x.values()) sum += value;
  return sum / static_cast<double>(x.size());
}

TEST_CASE("pair: points move along their rays, towards centers, and stay in the cube") {
  engine::seed(1);
  for (const Index dimension : {1, 2, 16}) {
    CAPTURE(dimension);
    const wasserstein::Pair pair = wasserstein::Pair::random(dimension, 8);
    const Tensor y = pair.draw_q(500), x = pair.moved(y);
    // The potential falls by the distance moved: x lies on the ray of y, in the same funnel.
    const std::vector<Real> fall = (pair.potential(y) - pair.potential(x)).values();
    const std::vector<Real> way = sqrt(sum(square(y - x), {1})).values();
    const std::vector<Real> inside = x.values();
    for (std::size_t i = 0; i < way.size(); ++i) CHECK(std::abs(fall[i] - way[i]) < 2e-5);
    CHECK(std::ranges::all_of(inside, [](Real v) { return std::abs(v) <= Real(2.50001); }));
    const std::vector<Real> slopes = sqrt(sum(square(pair.direction(y)), {1})).values();
    CHECK(std::ranges::all_of(slopes, [](Real v) { return std::abs(v - 1) < Real(1e-5); }));
  }
}

TEST_CASE("pair: a point in a center stays") {
  const wasserstein::Pair pair = published_pair();
  const Tensor center = Tensor::from({1, 2}, {0.47180951F, -2.34390354F});
  CHECK(pair.moved(center).values() == center.values());
  CHECK(pair.direction(center).values() == std::vector<Real>{0, 0});
}

TEST_CASE("pair: the direction is the potential's gradient") {
  engine::seed(2);
  const wasserstein::Pair pair = wasserstein::Pair::random(3, 5);
  const Tensor x = pair.draw_q(50), step = engine::normal({50, 3}) * Real(1e-2);
  const std::vector<Real> change = (pair.potential(x + step) - pair.potential(x - step)).values();
  const std::vector<Real> foreseen = (2 * sum(pair.direction(x) * step, {1})).values();
  Index agree = 0;  // a few lie beside a ridge
  for (std::size_t i = 0; i < change.size(); ++i) agree += std::abs(change[i] - foreseen[i]) < 1e-3;
  CHECK(agree >= 45);
}

TEST_CASE("pair: duality, and the truth that was published") {
  engine::seed(3);
  const wasserstein::Pair pair = published_pair();
  const wasserstein::Estimate truth = pair.distance(200'000);
  CHECK(std::abs(truth.mean - 0.8174) < 0.01);  // published from 4,096 points or so
  CHECK(truth.error < 0.002);
  const double fall =
      mean_of(pair.potential(pair.draw_q(200'000))) - mean_of(pair.potential(pair.draw_p(200'000)));
  CHECK(std::abs(fall - truth.mean) < 6 * truth.error);
  // The optimal plan of finitely many points is the construction's.
  const Tensor y = pair.draw_q(400), x = pair.moved(y);
  CHECK(gan::metrics::exact_distance(x, y) ==
        doctest::Approx(mean_of(sqrt(sum(square(y - x), {1})))).epsilon(1e-5));
}

TEST_CASE("pair: in a file, and files that hold none") {
  const Scratch scratch;
  const std::string file = scratch / "pair.safetensors";
  const auto refused = [&](std::map<std::string, Tensor> tensors) {
    engine::save(file, {.tensors = std::move(tensors)});
    return complaint([&] { wasserstein::Pair::load(file); });
  };
  CHECK(refused({{"centers", engine::zeros({3, 2})}, {"bias", engine::zeros({3})}}).empty());
  CHECK(says(refused({{"bias", engine::zeros({3})}}), file, "no tensor 'centers'"));
  CHECK(says(refused({{"centers", engine::zeros({3, 2})}}), file, "no tensor 'bias'"));
  CHECK(says(refused({{"centers", engine::zeros({3, 2})}, {"bias", engine::zeros({4})}}), file,
             "one bias for each funnel"));
  CHECK(says(refused({{"centers", engine::zeros({3})}, {"bias", engine::zeros({3})}}), file,
             "[funnels, dimension]"));
  CHECK(says(refused({{"centers", engine::full({3, 2}, NAN)}, {"bias", engine::zeros({3})}}), file,
             "not finite"));
  CHECK(says(complaint([&] { published_pair().moved(engine::zeros({5, 3})); }), "[n, 2]"));
}

TEST_CASE("critics: each by its name learns, and its bound is what it says") {
  const wasserstein::Pair pair = published_pair();
  wasserstein::TrainingOptions options{.iterations = 30, .batch = 64};
  for (const wasserstein::Critic& critic : wasserstein::critics()) {
    CAPTURE(critic.name);
    const wasserstein::Measured m = wasserstein::train_and_measure(critic, pair, options).measured;
    CHECK(m.finite());
    CHECK(m.parameters > 0);
    CHECK(m.steepest <= m.bound * 1.0001);
    // Bounds by power iteration lag behind the weights; these hold at any time.
    if (critic.name == "cones" || critic.name == "orthonormal" || critic.name == "aol")
      CHECK(m.bound <= 1.0001);
    CHECK(m.w1.mean / m.bound < 0.82 + 6 * m.w1.error / m.bound);
  }
  options.width = 8, options.depth = 1;
  const wasserstein::Critic custom = wasserstein::custom_critic("spectral(k=2)", "tanh");
  const wasserstein::Measured m = wasserstein::train_and_measure(custom, pair, options).measured;
  CHECK(m.parameters == 8 * 2 + 8 + 8 + 1);
  CHECK(m.bound == doctest::Approx(4).epsilon(1e-2));
  const wasserstein::Critic shared = wasserstein::custom_critic("spectral(network_k=9)", "tanh");
  CHECK(wasserstein::train_and_measure(shared, pair, options).measured.bound ==
        doctest::Approx(9).epsilon(1e-2));
  CHECK(says(complaint([] { wasserstein::custom_critic("spektral", "tanh"); }),
             "--constraint=spektral: unknown constraint 'spektral'"));
  CHECK(
      says(complaint([] { wasserstein::custom_critic("spectral", "sine"); }), "'sine'", "maxmin"));
}

TEST_CASE("critics: cones find the truth of two dimensions, certified") {
  const wasserstein::Critic& cones = wasserstein::critics()[0];
  REQUIRE(cones.name == "cones");
  const wasserstein::Measured m =
      wasserstein::train_and_measure(cones, published_pair(), {.iterations = 300}).measured;
  CHECK(m.cos > 0.86);  // the best published: 0.859
  CHECK(m.bound == 1);
  CHECK(std::abs(m.w1.mean - 0.817) < 0.03);
}

TEST_CASE("bench: estimates that no certified bound allows are contradictions") {
  wasserstein::BenchResult result{.pair = published_pair(), .truth = {0.8, 0.01}};
  result.critics.push_back({.critic = wasserstein::critics()[0],
                            .size = {},
                            .adam = {},
                            .runs = {{.bound = 1, .w1 = {0.85, 0.01}}}});
  CHECK(result.contradictions().empty());
  result.critics[0].runs[0].w1.mean = 0.9;
  REQUIRE(result.contradictions().size() == 1);
  CHECK(says(result.contradictions()[0], "cones", "exceeds"));
  result.critics[0].runs[0].bound = 1.5;
  CHECK(result.contradictions().empty());
}

TEST_CASE("published: a row for each method of a pair") {
  CHECK(wasserstein::published(16, 64).size() == 12);
  CHECK(wasserstein::published(3, 3).empty());
}

}  // namespace
