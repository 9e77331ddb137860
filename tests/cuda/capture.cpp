// Captured steps: replays are bit-identical to calling the step.
#include "engine/capture.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "tests/cuda/critic.h"

using namespace tests;
using engine::Captured;
using engine::Device;

namespace {

// Each step makes `updates` of the parameters, one after the other.
Values train(bool captured, int steps, int updates, int read_every) {
  engine::seed(11);
  Critic critic;
  const auto update = [&] {
    for (int i = 0; i < updates; ++i) critic.step();
  };
  Captured step = engine::capture(update);
  for (int i = 0; i < steps; ++i) {
    critic.adam.set_lr(Real(1e-2) / static_cast<Real>(1 + i));
    captured ? step() : update();
    if ((i + 1) % read_every == 0) CHECK(std::isfinite(critic.sum.item()));
  }
  CHECK(step.replays() == captured);
  return critic.values();
}

}  // namespace

TEST_CASE("cuda: captured steps equal steps that are called, bit-for-bit") {
  const On cuda(Device::cuda());
  for (const int updates : {1, 2, 5}) {
    CAPTURE(updates);
    const Values called = train(false, 8, updates, 100);
    CHECK(train(true, 8, updates, 100) == called);
    CHECK(train(true, 8, updates, 1) == called);  // reading between the steps changes nothing
  }
}

// Live values are sent before a replay begins, so their slots must not be memory that the capture
// itself writes, however late in the step the first one is used.
TEST_CASE("cuda: values of the host that come late in a captured step") {
  const On cuda(Device::cuda());
  const Tensor x = engine::full({4096}, 2);
  Real host = 0;
  Tensor kept;
  Captured step = engine::capture([&] {
    for (int i = 0; i < 3; ++i) engine::exp(x) + x;  // let go of at once
    const Tensor late = engine::live_tensor({1}, [&] { return std::span<const Real>(&host, 1); });
    kept = x * late;
  });
  for (int i = 0; i < 5; ++i) {
    host = Real(i + 1);
    step();
    CHECK(kept.values() == std::vector<Real>(4096, 2 * host));
  }
}

// Libraries choose kernels by alignment: what a capture sees must be aligned as what a call sees.
TEST_CASE("cuda: live values are aligned in a capture as in a call") {
  const On cuda(Device::cuda());
  const std::vector<Real> host(3, 1);
  std::vector<std::uintptr_t> beyond;
  Captured step = engine::capture([&] {
    for (int i = 0; i < 3; ++i) {
      const Tensor x = engine::live_tensor({3}, [&] { return std::span<const Real>(host); });
      beyond.push_back(reinterpret_cast<std::uintptr_t>(x.data()) % 256);
    }
  });
  for (int i = 0; i < 3; ++i) step();
  CHECK(step.replays());
  CHECK(beyond == std::vector<std::uintptr_t>(9, 0));
}

TEST_CASE("cuda: what happens between replays neither disturbs them nor is disturbed") {
  const On cuda(Device::cuda());
  engine::seed(4);
  Tensor x = engine::normal({100}), kept;
  Captured step = engine::capture([&] {
    const Tensor noise = engine::uniform({100});
    kept = noise * x + engine::exp(noise);
  });
  const engine::RandomState start = engine::random_state();
  Values replayed;
  for (int i = 0; i < 6; ++i) {
    step();
    replayed.push_back(kept.values());
    // As large as the step's memory: a capture's memory must not be reused.
    std::vector<Tensor> others;
    for (int k = 0; k < 20; ++k) others.push_back(engine::full({100}, Real(k)));
    for (int k = 0; k < 20; ++k) CHECK(others[k].values() == std::vector<Real>(100, Real(k)));
  }
  CHECK(step.replays());
  engine::set_random_state(start);
  for (const std::vector<Real>& values : replayed) {
    const Tensor noise = engine::uniform({100});
    CHECK(values == (noise * x + engine::exp(noise)).values());
  }
}

TEST_CASE("cuda: a step that reads a value back is called every time") {
  const On cuda(Device::cuda());
  const Tensor x = engine::full({4}, 3);
  int calls = 0;
  Captured step = engine::capture([&] {
    ++calls;
    CHECK(engine::sum(x * x).item() == 36);
  });
  for (int i = 0; i < 5; ++i) step();
  CHECK(calls == 5);
  CHECK_FALSE(step.replays());
}

TEST_CASE("cuda: an error inside a capture leaves the device as it was") {
  const On cuda(Device::cuda());
  const Tensor x = engine::full({4}, 3);
  int calls = 0;
  Captured step = engine::capture([&] {
    const Tensor y = x * x;
    if (++calls == 3) engine::fail("the third time");
  });
  step();
  step();
  CHECK(error_of([&] { step(); }) == "the third time");
  CHECK_FALSE(engine::capturing());
  CHECK((x + x).values() == std::vector<Real>(4, 6));
  step();
  CHECK((x + x).values() == std::vector<Real>(4, 6));
}

// Sigma is kept at a fixed address, and found again where a replay may have left it behind. A
// constraint with states behind it keeps the optimizer from advancing it.
TEST_CASE("cuda: spectral norms in captured steps, with and without work between the replays") {
  const On cuda(Device::cuda());
  const auto train = [](bool captured, bool disturbed) {
    engine::seed(12);
    layers::Sequential net = {layers::Linear(8, 6, layers::SpectralNorm{}, layers::SpectralClamp{}),
                              layers::Relu{}, layers::Linear(6, 1, layers::SpectralNorm{})};
    layers::Adam adam({.lr = Real(1e-2)}, net.parameters());
    const Tensor sum = engine::zeros({});
    const auto update = [&] {
      const Tensor loss = engine::mean(square(net(engine::normal({4, 8})) - 1));
      adam.step(grad(loss, net.parameters()));
      const engine::NoGrad constant;
      engine::add_scaled(1, engine::mean(net(engine::normal({4, 8}))), sum);
    };
    Captured step = engine::capture(update);
    Values all;
    for (int i = 0; i < 8; ++i) {
      captured ? step() : update();
      for (layers::Param* p : net.parameters()) {
        all.push_back(p->raw().values());
        if (!disturbed) continue;
        engine::lerp(Real(0.1), engine::zeros(p->raw().shape()), p->raw());
        p->changed();
      }
      all.push_back(net(engine::ones({4, 8})).values());
      all.push_back(sum.values());
    }
    CHECK(step.replays() == captured);
    return all;
  };
  for (const bool disturbed : {false, true}) {
    CAPTURE(disturbed);
    CHECK(train(true, disturbed) == train(false, disturbed));
  }
}
