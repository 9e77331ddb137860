// Steps whose capture fails, at each point where a device may refuse it: they report why and are
// called instead, and no step and no random number is lost.
#include <doctest/doctest.h>

#include "datasets/dataset.h"
#include "engine/file.h"
#include "gan/run/checkpoint.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/cuda/critic.h"
#include "tests/cuda_emulation/emulator.h"
#include "tests/datasets/scratch.h"

using namespace tests;
using engine::Captured;
using engine::Device;

namespace {

// Two updates a step and a block that is no part of a slab; with a call to refuse in the third
// step.
Values train(const std::string& call = {}, int skip = 0) {
  engine::seed(11);
  Critic critic;
  const auto update = [&] {
    for (int i = 0; i < 2; ++i) critic.step();
    engine::add_scaled(1, engine::mean(engine::full({1 << 18}, 2)), critic.sum);
  };
  Captured step = engine::capture(update);
  for (int i = 0; i < 5; ++i) {
    critic.adam.set_lr(Real(1e-2) / static_cast<Real>(1 + i));
    if (i == 2 && !call.empty()) emulation::refuse(call, skip);
    call.empty() ? update() : step();
  }
  if (!call.empty()) {
    CHECK_FALSE(emulation::refusing());
    CHECK_FALSE(step.replays());
    CHECK(says(step.why_not(), "the capture failed", "says"));
  }
  return critic.values();
}

}  // namespace

TEST_CASE("cuda: a step whose capture fails is called instead, from the same numbers on") {
  const On cuda(Device::cuda());
  const Values called = train();
  struct Refused {
    const char* call;
    int skip;
  };
  for (const Refused& refused : std::initializer_list<Refused>{{"cudaStreamBeginCapture", 0},
                                                               {"cudaMalloc", 0},
                                                               {"cublasGemm", 0},
                                                               {"cublasGemm", 9},
                                                               {"cublasGemm", 24},
                                                               {"cudaStreamEndCapture", 0},
                                                               {"cudaGraphInstantiate", 0},
                                                               {"cudaGraphLaunch", 0}}) {
    CAPTURE(refused.call);
    CAPTURE(refused.skip);
    CHECK(train(refused.call, refused.skip) == called);
    CHECK(emulation::complaint().empty());
  }
}

TEST_CASE("cuda: a trainer whose step cannot be captured trains as one that is called") {
  const Scratch scratch;
  const On cuda(Device::cuda());
  gan::training::Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 4;
  config.n_dis = 2;
  const auto data = datasets::open("shapes");
  gan::training::Trainer called(config, *data);
  for (int i = 0; i < 4; ++i) {  // a restored trainer begins anew
    called.step();
    gan::run::save(scratch / "called", called);
    gan::run::restore(scratch / "called", called);
  }
  gan::training::Trainer refused(config, *data);
  emulation::refuse("cublasGemm", 30);
  for (int i = 0; i < 4; ++i) refused.step();
  CHECK_FALSE(emulation::refusing());
  CHECK_FALSE(refused.replays());
  gan::run::save(scratch / "refused", refused);
  CHECK(engine::read_file(scratch / "refused") == engine::read_file(scratch / "called"));
}

// Host records of a failed capture are undone: the states had advanced for these weights, and must
// not advance again when the step is called instead.
TEST_CASE("cuda: states that were ahead of a capture that fails stay as they are") {
  const On cuda(Device::cuda());
  const auto train = [](bool refused) {
    engine::seed(11);
    Critic critic;
    const Tensor x = engine::normal({2, 8, 8, 3});
    Captured step = engine::capture([&] { critic.step(); });
    for (int i = 0; i < 5; ++i) {
      critic.net(x);  // before the step: the power iterations advance here
      if (refused && i == 2) emulation::refuse("cudaGraphInstantiate", 0);
      refused ? step() : critic.step();
    }
    CHECK_FALSE(emulation::refusing());
    return critic.values();
  };
  CHECK(train(true) == train(false));
}

TEST_CASE("cuda: a step that does something new when it is captured is called instead") {
  const On cuda(Device::cuda());
  for (const bool reads : {false, true}) {
    CAPTURE(reads);
    engine::seed(4);
    const engine::RandomState start = engine::random_state();
    bool more = false;
    Tensor kept;
    Captured step = engine::capture([&] {
      kept = engine::uniform({50});
      if (more) kept = kept + engine::uniform({50});
      if (more && reads) CHECK(engine::sum(kept).item() > 0);
    });
    Values all;
    for (int i = 0; i < 5; ++i) {
      more = i >= 2;
      step();
      all.push_back(kept.values());
    }
    CHECK(says(step.why_not(), "the capture failed", "watched"));
    engine::set_random_state(start);
    for (int i = 0; i < 5; ++i) {
      Tensor x = engine::uniform({50});
      if (i >= 2) x = x + engine::uniform({50});
      CHECK(all[i] == x.values());
    }
  }
}

// Free blocks of other sizes are returned before a capture, because that is impossible during it.
TEST_CASE("cuda: free blocks make room for a capture") {
  const On cuda(Device::cuda());
  Captured step = engine::capture([x = engine::full({1 << 18}, 2)] {
    const Tensor y = x * x, z = y + x;
    engine::add_scaled(1, z, x);
  });
  step();
  step();
  engine::full({1 << 22}, 1);  // let go of at once
  emulation::set_memory(emulation::allocated());
  step();
  emulation::set_memory(std::size_t{512} << 20);
  CHECK(step.replays());
}
