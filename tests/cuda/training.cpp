// Complete GAN training steps on CUDA: from the same checkpoint they give the CPU's results,
// replays equal calls, and checkpoints can be exchanged between devices.
#include <doctest/doctest.h>

#include "datasets/dataset.h"
#include "engine/file.h"
#include "engine/serialize.h"
#include "gan/run/checkpoint.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/cuda/on_device.h"
#include "tests/datasets/scratch.h"

using namespace tests;
using engine::Device;
using engine::read_file;
using gan::training::Config;
using gan::training::Trainer;

namespace {

Config small() {
  Config config = gan::training::find_preset("sn-small").config();
  config.steps = 20;
  config.batch = 4;
  config.g_batch = 6;
  config.n_dis = 2;
  config.decay_steps = 30;
  config.flip = config.dequantize = true;
  return config;
}

const datasets::Dataset& shapes() {
  static const auto data = datasets::open("shapes");
  return *data;
}

void advance(Trainer& trainer, int steps) {
  for (int i = 0; i < steps; ++i) trainer.step();
}

// A checkpoint after so many steps on the CPU: Adam's moments are no longer zero.
void begin_on_cpu(const std::string& path, int steps, const Config& config = small()) {
  const On cpu(Device::cpu());
  Trainer trainer(config, shapes());
  advance(trainer, steps);
  gan::run::save(path, trainer);
}

// The checkpoint that so many steps on a device lead to from another.
void go_on(const Device& device, const std::string& from, int steps, const std::string& to) {
  const On on(device);
  Trainer trainer(small(), shapes());
  gan::run::restore(from, trainer);
  advance(trainer, steps);
  gan::run::save(to, trainer);
}

struct Distance {
  double most = 0;
  std::string tensor;
};

// The generator's layers 4 and 7 are followed by batch norm, which cancels their biases: the
// biases' gradients are pure rounding, which Adam turns into full steps, and these show only in the
// running means of layers 5 and 8.
bool follows_rounding(const std::string& tensor) {
  const auto any = {".4.bias", ".7.bias", ".5.running_mean", ".8.running_mean"};
  return std::any_of(any.begin(), any.end(), [&](const char* e) { return tensor.ends_with(e); });
}

// Of two checkpoints: the largest difference of a tensor relative to its largest element.
Distance distance(const std::string& got, const std::string& expected) {
  const engine::TensorFile a = engine::load(got), b = engine::load(expected);
  CHECK(a.tensors.size() == b.tensors.size());
  Distance worst;
  for (const auto& [name, tensor] : b.tensors) {
    if (follows_rounding(name)) continue;
    const double d = difference(a.at(name, tensor.shape()), tensor);
    if (exceeds(d, worst.most)) worst = {d, name};
  }
  return worst;
}

}  // namespace

TEST_CASE("cuda: a checkpoint of the CPU, restored and saved on CUDA, is the same file") {
  const Scratch scratch;
  begin_on_cpu(scratch / "cpu", 2);
  go_on(Device::cuda(), scratch / "cpu", 0, scratch / "cuda");
  CHECK(read_file(scratch / "cuda") == read_file(scratch / "cpu"));
  go_on(Device::cuda(), scratch / "cpu", 2, scratch / "on");
  go_on(Device::cpu(), scratch / "on", 0, scratch / "back");
  CHECK(read_file(scratch / "back") == read_file(scratch / "on"));
}

// One step accumulates the rounding of a few hundred operations; each later step multiplies it by
// the steepness of the losses.
TEST_CASE("cuda: training steps lead where the CPU's lead") {
  const Scratch scratch;
  begin_on_cpu(scratch / "start", 3);
  for (const int steps : {1, 3}) {
    CAPTURE(steps);
    go_on(Device::cpu(), scratch / "start", steps, scratch / "cpu");
    go_on(Device::cuda(), scratch / "start", steps, scratch / "cuda");
    const Distance d = distance(scratch / "cuda", scratch / "cpu");
    MESSAGE("training: " << steps << " steps, largest difference " << d.most << " in " << d.tensor);
    CHECK(d.most < (steps == 1 ? 1e-5 : 1e-4));
  }
}

TEST_CASE("cuda: training steps that replay equal steps that are called, byte by byte") {
  const Scratch scratch;
  const On cuda(Device::cuda());
  const auto equal = [&](const Config& config, int steps) {
    Trainer replaying(config, shapes());
    advance(replaying, steps);
    gan::run::save(scratch / "replayed", replaying);
    CHECK(replaying.replays());

    // A restored trainer begins anew: its first two steps are called.
    Trainer called(config, shapes());
    for (int done = 0; done < steps; ++done) {
      called.step();
      CHECK_FALSE(called.replays());
      gan::run::save(scratch / "called", called);
      gan::run::restore(scratch / "called", called);
    }
    CHECK(read_file(scratch / "called") == read_file(scratch / "replayed"));
    CHECK(called.samples().values() == replaying.samples().values());
  };
  for (const std::string constraint : {"spectral", "toeplitz(k=2, iterations=2)"}) {
    CAPTURE(constraint);
    Config config = small();
    config.constraint = constraint;
    equal(config, 7);
  }
  // Steps with and without the penalty replay both, from the third of their kind on.
  Config config = small();
  config.n_dis = 1;
  config.penalty = "gp";
  config.loss = "relativistic-hinge";
  equal(config, 4);
  config.penalty_every = 2;
  equal(config, 8);
  equal(config, 9);
  // Labels come anew with each replay, as the images do.
  config.conditional = true;
  config.n_dis = 2;
  equal(config, 7);
}

TEST_CASE("cuda: reading losses and making samples between replays changes nothing") {
  const Scratch scratch;
  const On cuda(Device::cuda());
  Trainer silent(small(), shapes()), watched(small(), shapes());
  engine::seed(0);
  advance(silent, 6);
  CHECK(silent.replays());
  silent.losses();
  gan::run::save(scratch / "silent", silent);
  engine::seed(0);
  for (int i = 0; i < 6; ++i) {
    watched.step();
    watched.samples();
    gan::run::save(scratch / "watched", watched);
    watched.losses();
  }
  CHECK(watched.replays());
  const auto weights = [&](const std::string& file) {
    return engine::load(scratch / file).at("generator.0.weight", {2048, 64}).values();
  };
  CHECK(weights("silent") == weights("watched"));
}
