// Losses against their formulas, worked out by hand.
#include "gan/training/losses.h"

#include <doctest/doctest.h>

#include <cmath>

#include "engine/engine.h"
#include "tests/datasets/scratch.h"

namespace {

using engine::Tensor;

double softplus(double x) { return std::log1p(std::exp(x)); }

TEST_CASE("losses: closed forms, and the directions they push") {
  const Tensor real = Tensor::from({2, 1}, {0.5F, 2.5F});
  const Tensor fake = Tensor::from({2, 1}, {-1.5F, 0.75F});
  struct Example {
    const char* name;
    double discriminator, generator;
  };
  const Example examples[] = {
      {"hinge", (0.5 + 0) / 2 + (0 + 1.75) / 2, (1.5 - 0.75) / 2},
      {"non-saturating",
       (softplus(-0.5) + softplus(-2.5)) / 2 + (softplus(-1.5) + softplus(0.75)) / 2,
       (softplus(1.5) + softplus(-0.75)) / 2},
      {"wasserstein", (-1.5 + 0.75) / 2 - (0.5 + 2.5) / 2, (1.5 - 0.75) / 2},
      {"least-squares", 0.5 * (0.25 + 2.25) / 2 + 0.5 * (2.25 + 0.5625) / 2,
       0.5 * (6.25 + 0.0625) / 2},
      // The means are 1.5 and -0.375: r - E f is 0.875 and 2.875, f - E r is -3 and -0.75.
      {"relativistic-hinge", (0.125 + 0) / 2 + (0 + 0.25) / 2,
       (1.875 + 3.875) / 2 + (4 + 1.75) / 2},
  };
  REQUIRE(gan::training::losses().size() == std::size(examples));
  for (const Example& example : examples) {
    CAPTURE(example.name);
    const gan::training::Loss& loss = gan::training::find_loss(example.name);
    const Tensor d = loss.discriminator(real, fake), g = loss.generator(real, fake);
    CHECK(d.item() == doctest::Approx(example.discriminator));
    CHECK(g.item() == doctest::Approx(example.generator));
    // The discriminator wants its output on the real image 0.5 up and on the fake 0.75 down; the
    // generator wants the latter up.
    CHECK(grad(d, {real})[0].values()[0] < 0);
    CHECK(grad(d, {fake})[0].values()[1] > 0);
    CHECK(grad(g, {fake})[0].values()[1] < 0);
  }
}

TEST_CASE("losses: an unknown name is answered with the known ones") {
  CHECK(says(complaint([] { gan::training::find_loss("hing"); }), "loss 'hing'",
             "hinge, non-saturating"));
}

}  // namespace
