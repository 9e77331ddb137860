// Penalties in training: by name, with every loss and constraint, lazily, and resumed bit-for-bit.
#include "gan/training/penalties.h"

#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/file.h"
#include "gan/run/checkpoint.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "layers/layers.h"
#include "tests/datasets/scratch.h"
#include "tests/support/resumed.h"
#include "tests/support/sanitized.h"

namespace {

using engine::Index;
using gan::training::Config;
using gan::training::Penalty;

Config penalized(const std::string& penalty) {
  Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 4;
  config.resize = 16;
  config.constraint = "none";
  config.penalty = penalty;
  return config;
}

const datasets::Dataset& small_shapes() {
  static const auto data = datasets::open("shapes", {.resize = 16});
  return *data;
}

std::string after(const Scratch& scratch, const Config& config, Index steps) {
  return tests::after(scratch, config, small_shapes(), steps);
}

// Of the checkpoint: the first weight of a network.
std::vector<engine::Real> weight(const Scratch& scratch, const std::string& network) {
  return engine::load(scratch / "checkpoint").tensors.at(network + ".0.weight").values();
}

std::string penalty_refusal(const std::string& assignment) {
  return complaint([&] {
    Config config;
    set(config, assignment);
    validate(config);
  });
}

TEST_CASE("penalties: a run resumes bit-for-bit with each, also between lazy ones") {
  const Scratch scratch;
  for (const std::string& name : gan::training::penalty_names()) {
    CAPTURE(name);
    Config config = penalized(name);
    config.loss = "wasserstein";
    config.n_dis = 2;
    config.penalty_every = 3;
    const std::string resumed = tests::resumed_after(scratch, config, small_shapes(), 8);
    CHECK(resumed == after(scratch, config, 8));
  }
}

TEST_CASE("penalties: with every loss and with every constraint a step is finite and differs") {
  const Scratch scratch;
  const auto check_differs = [&](Config config) {
    config.penalty = "none";
    after(scratch, config, 1);
    const auto plain = weight(scratch, "discriminator");
    config.penalty = "gp + r1(gamma=1)";
    after(scratch, config, 1);
    CHECK(weight(scratch, "discriminator") != plain);
  };
  for (const gan::training::Loss& loss : gan::training::losses()) {
    CAPTURE(loss.name);
    Config config = penalized("none");
    config.loss = loss.name;
    check_differs(config);
  }
  if (tests::kSanitized) return;  // layers/constraints runs them all, in less time
  for (const std::string& constraint : gan::training::constraint_names()) {
    CAPTURE(constraint);
    Config config = penalized("none");
    config.constraint = constraint;
    check_differs(config);
  }
}

TEST_CASE(
    "penalties: a lazy one comes first, and then every so many steps, as many times as large") {
  const Scratch scratch;
  Config lazy = penalized("r1(gamma=2)"), eager = penalized("r1(gamma=6)");
  lazy.penalty_every = 3;
  eager.penalty_every = 1'000'000;
  eager.penalty = "r1(gamma=0.000006)";
  const auto d = [&](const Config& config, Index steps) {
    after(scratch, config, steps);
    return weight(scratch, "discriminator");
  };
  CHECK(d(lazy, 1) == d(penalized("r1(gamma=6)"), 1));  // 3 times 2
  // 1,000,000 times 0.000006 is 6 too, and does not come again: step 4 is the first to differ.
  const auto near = [](const auto& a, const auto& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(double{a[i]} - b[i]));
    return most < 1e-6;
  };
  CHECK(near(d(lazy, 3), d(eager, 3)));
  CHECK(!near(d(lazy, 4), d(eager, 4)));
}

TEST_CASE("penalties: terms add up, with their arguments") {
  layers::Sequential critic = {layers::Linear(3, 1)};
  const engine::Tensor x = engine::ones({2, 3});
  const auto of = [&](const std::string& text) {
    engine::seed(1);
    return Penalty(text)(critic, x, x).item();
  };
  CHECK(of("r1(gamma=1) + r2(gamma=3)") == doctest::Approx(of("r1(gamma=4)")));
  CHECK(of(" gp ( lambda = 20 , target=2)+none") == doctest::Approx(2 * of("gp(target=2)")));
  CHECK(Penalty("none").none());
}

TEST_CASE("penalties: what is refused, in one line") {
  CHECK(says(penalty_refusal("penalty=gp(lambda=-10)"), "penalty=gp(lambda=-10)", "lambda=-10",
             "greater than 0"));
  CHECK(says(penalty_refusal("penalty=r1(gamma=0)"), "gamma=0", "greater than 0"));
  CHECK(says(penalty_refusal("penalty=r1(lambda=1)"), "'lambda'", "r1(gamma=10)"));
  CHECK(says(penalty_refusal("penalty=wgan-gp"), "penalty 'wgan-gp'", "gp, lp, r1, r2 or max-gp"));
  CHECK(says(penalty_refusal("penalty=gp(lambda=1e60)"), "too large"));
  CHECK(says(penalty_refusal("penalty="), "name(argument=value"));
  CHECK(says(penalty_refusal("penalty_every=0"), "penalty_every=0", "at least 1"));
  CHECK(says(complaint([] {
               gan::training::from_json(R"-({"penalty": "gp(lambda=x)"})-", "run/config.json");
             }),
             "run/config.json: penalty=gp(lambda=x)"));
}

TEST_CASE("penalties: settings of runs from before them mean none") {
  const Config config = gan::training::from_json(R"({"loss": "hinge"})", "");
  CHECK(config.penalty.none());
  CHECK(config.penalty_every == 1);
}

}  // namespace
