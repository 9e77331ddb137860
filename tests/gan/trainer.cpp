// The trainer: a run resumes bit-for-bit; foreign checkpoints are refused; non-finite values are
// never saved.
#include "gan/training/trainer.h"

#include <doctest/doctest.h>
#include <stb_image_write.h>

#include <cstdint>
#include <limits>
#include <map>
#include <set>

#include "datasets/dataset.h"
#include "engine/file.h"
#include "engine/serialize.h"
#include "gan/run/checkpoint.h"
#include "gan/run/session.h"
#include "gan/training/presets.h"
#include "tests/datasets/scratch.h"
#include "tests/support/resumed.h"
#include "tests/support/sanitized.h"

namespace {

using engine::Index;
using engine::read_file;
using gan::training::Config;
using gan::training::Trainer;
using tests::advance;

Config small(const std::string& constraint = "spectral") {
  Config config = gan::training::find_preset("sn-small").config();
  config.steps = 20;
  config.batch = config.g_batch = 4;
  config.constraint = constraint;
  config.log_every = 4;
  return config;
}

const datasets::Dataset& training_shapes() {
  static const auto data = datasets::open("shapes");
  return *data;
}

void save_new(const Config& config, const datasets::Dataset& data, const std::string& path) {
  Trainer trainer(config, data);
  gan::run::save(path, trainer);
}

void restore_new(const Config& config, const datasets::Dataset& data, const std::string& path) {
  Trainer trainer(config, data);
  gan::run::restore(path, trainer);
}

TEST_CASE("trainer: steps are half of them, a checkpoint, and the rest, byte by byte") {
  const Scratch scratch;
  const Index half = tests::kSanitized ? 2 : 10;
  for (const std::string constraint : {"spectral", "toeplitz(k=2, iterations=2)", "weight-norm"}) {
    CAPTURE(constraint);
    Config config = small(constraint);
    config.n_dis = 2;
    config.g_batch = 6;
    config.decay_steps = 30;
    config.flip = config.dequantize = true;

    Trainer whole(config, training_shapes());
    advance(whole, 2 * half);
    gan::run::save(scratch / "whole", whole);
    const auto picture = whole.samples().values();

    Trainer first(config, training_shapes());
    advance(first, half);
    gan::run::save(scratch / "half", first);
    advance(first, 3);  // what comes after a checkpoint leaves no trace in it
    Trainer second(config, training_shapes());
    gan::run::restore(scratch / "half", second);
    CHECK(second.step_count() == half);
    gan::run::save(scratch / "again", second);
    CHECK(read_file(scratch / "again") == read_file(scratch / "half"));
    advance(second, half);
    gan::run::save(scratch / "resumed", second);
    CHECK(read_file(scratch / "resumed") == read_file(scratch / "whole"));
    CHECK(second.samples().values() == picture);
  }
}

TEST_CASE("trainer: reading losses, making samples and saving change nothing") {
  const Scratch scratch;
  Trainer silent(small(), training_shapes()), watched(small(), training_shapes());
  engine::seed(0);
  advance(silent, 4);
  silent.losses();
  gan::run::save(scratch / "silent", silent);
  engine::seed(0);
  for (Index i = 0; i < 4; ++i) {
    watched.step();
    watched.samples();
    gan::run::save(scratch / "watched", watched);
  }
  watched.losses();
  gan::run::save(scratch / "watched", watched);
  // All tensors, the random numbers and the sums, which reading the losses has emptied in both.
  CHECK(read_file(scratch / "silent") == read_file(scratch / "watched"));
}

TEST_CASE("trainer: other seeds, other weights") {
  const Scratch scratch;
  Config config = small();
  save_new(config, training_shapes(), scratch / "a");
  save_new(config, training_shapes(), scratch / "b");
  CHECK(read_file(scratch / "a") == read_file(scratch / "b"));
  config.seed = 1;
  save_new(config, training_shapes(), scratch / "c");
  CHECK(read_file(scratch / "a") != read_file(scratch / "c"));
}

TEST_CASE("trainer: the largest seed is resumed as any other") {
  const Scratch scratch;
  Config config = small();
  config.seed = std::numeric_limits<std::uint64_t>::max();
  save_new(config, training_shapes(), scratch / "a");
  Trainer again(config, training_shapes());
  gan::run::restore(scratch / "a", again);
  gan::run::save(scratch / "b", again);
  CHECK(read_file(scratch / "a") == read_file(scratch / "b"));
}

TEST_CASE("trainer: gradients are clipped where the setting says, and a resumed run clips alike") {
  const Scratch scratch;
  const auto first_weights = [](const std::string& file) {
    const engine::TensorFile kept = engine::load(file);
    return std::pair(kept.tensors.at("discriminator.0.weight").values(),
                     kept.tensors.at("generator.0.weight").values());
  };
  Config config = small();
  Trainer plain(config, training_shapes());
  plain.step();
  gan::run::save(scratch / "plain", plain);
  const auto [d, g] = first_weights(scratch / "plain");
  for (const std::string clip : {"d", "g", "both"}) {
    CAPTURE(clip);
    config.clip = clip;
    config.clip_r = 1.01;  // of random gradients most are above it
    config.gradients_every = 2;
    Trainer whole(config, training_shapes());
    whole.step();
    gan::run::save(scratch / "one", whole);
    const auto [clipped_d, clipped_g] = first_weights(scratch / "one");
    CHECK((clipped_d != d) == (clip != "g"));
    if (clip == "g") CHECK(clipped_g != g);
    advance(whole, 3);
    CHECK(whole.gradients().size() >= 6);
    const std::string end = tests::checkpoint_of(scratch, whole);
    CHECK(tests::resumed_after(scratch, config, training_shapes(), 4) == end);
  }
}

TEST_CASE("trainer: measuring gradients changes nothing, nor does clipping that never acts") {
  const Scratch scratch;
  const auto end = [&](Index every, const char* clip) {
    Config config = small();
    config.gradients_every = every;
    config.clip = clip;
    config.clip_r = 1e9;
    engine::seed(0);
    Trainer trainer(config, training_shapes());
    advance(trainer, 3);
    gan::run::save(scratch / "end", trainer);
    std::map<std::string, std::vector<engine::Real>> weights;
    for (const auto& [name, tensor] : engine::load(scratch / "end").tensors)
      if (name.starts_with("generator.") || name.starts_with("discriminator."))
        weights[name] = tensor.values();
    return std::pair(weights, engine::random_state());
  };
  const auto plain = end(1000, "none");
  CHECK(plain.first.size() > 8);
  CHECK(end(1, "none") == plain);
  CHECK(end(2, "both") == plain);
}

TEST_CASE("trainer: each optimizer of each network resumes bit-for-bit, and they differ") {
  const Scratch scratch;
  std::set<std::string> ends;
  const auto resumes = [&](const Config& config) {
    const Index steps = tests::kSanitized ? 2 : 4;
    const std::string whole = tests::after(scratch, config, training_shapes(), steps);
    CHECK(tests::resumed_after(scratch, config, training_shapes(), steps) == whole);
    CHECK(ends.insert(whole).second);
  };
  std::vector<std::string> names = gan::training::optimizer_names();
  names.emplace_back("sgd(momentum=0.5, nesterov=1)");
  for (const std::string& name : names) {
    CAPTURE(name);
    for (const char* key : {"d.optimizer=", "g.optimizer="}) {
      if (tests::kSanitized && key[0] == 'g') continue;  // the same code
      Config config = small();
      config.decay_steps = 30;
      set(config, key + name);
      if (name != "adam" || key[0] == 'd') resumes(config);
    }
  }
}

TEST_CASE("trainer: settings of clipping that its numbers cannot hold are refused at once") {
  const auto refusal = [](const char* assignment) {
    Config config = small();
    set(config, assignment);
    return complaint([&] { Trainer(config, training_shapes()); });
  };
  CHECK(says(refusal("clip.r=1.00000001"), "clip.r=1", "above 1"));
  CHECK(says(refusal("clip.r=1e60"), "clip.r=1e+60"));
  CHECK(says(refusal("clip.iterations=4294967296"), "clip.iterations=4294967296", "10000"));
  CHECK(says(refusal("clip.iterations=2147483648"), "clip.iterations=2147483648"));
}

TEST_CASE("trainer: truncated and foreign checkpoints are refused in one line") {
  const Scratch scratch;
  Trainer trainer(small(), training_shapes());
  gan::run::save(scratch / "good", trainer);
  const std::string bytes = read_file(scratch / "good");
  const auto refusal = [&](const std::string& file) {
    return complaint([&] { restore_new(small(), training_shapes(), file); });
  };
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{7}, std::size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    CAPTURE(length);
    const std::string cut = scratch.write("cut", bytes.substr(0, length));
    CHECK(says(refusal(cut), cut));
  }
  CHECK(says(refusal(scratch.write("text", "twelve and more letters")), "text"));
  CHECK(says(refusal(scratch / "missing"), "missing", "No such file"));

  engine::save(scratch / "weights", {.tensors = {{"w", engine::zeros({2})}}});
  CHECK(says(refusal(scratch / "weights"), "weights", "not a checkpoint"));

  Config other = small();
  other.model = "sn-cnn";
  save_new(other, training_shapes(), scratch / "other");
  CHECK(says(refusal(scratch / "other"), "other", "another model"));
}

TEST_CASE("trainer: images of another size are refused, even where the weights would fit") {
  const Scratch scratch;
  const Config config = small();
  const std::vector<std::uint8_t> grey(64 * 16 * 3, 128);
  const auto folder = [&](const std::string& name, int width, int height) {
    std::string bytes;
    stbi_write_png_to_func(
        [](void* out, void* data, int size) {
          static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
        },
        &bytes, width, height, 3, grey.data(), 3 * width);
    for (const char* file : {"/a.png", "/b.png", "/c.png", "/d.png"})
      scratch.write(name + file, bytes);
    return datasets::open("images:" + scratch / name, {.cache = false});
  };
  const auto square = folder("square", 32, 32), wide = folder("wide", 64, 16);
  save_new(config, *square, scratch / "saved");
  const std::string text = complaint([&] { restore_new(config, *wide, scratch / "saved"); });
  CHECK(says(text, "saved", "32x32x3", "16x64x3"));
}

TEST_CASE("training: stops where a value is no longer finite and keeps the good checkpoint") {
  const Scratch scratch;
  Config config = small("none");
  config.loss = "wasserstein";
  config.checkpoint_every = 1;
  Trainer trainer(config, training_shapes());
  const auto run = gan::run::RunDirectory::create(scratch / "run", config);
  trainer.step();
  gan::run::save(run.checkpoint(), trainer);
  const std::string good = read_file(run.checkpoint());

  config.g.lr = config.d.lr = 1e30;
  Trainer reckless(config, training_shapes());
  gan::run::restore(run.checkpoint(), reckless);
  const std::string text = complaint([&] { run_session(reckless, run, config); });
  CHECK(says(text, "step 2", "finite", "checkpoint of step 1 is kept", "g.lr"));
  CHECK(read_file(run.checkpoint()) == good);
  CHECK(says(complaint([&] { gan::run::save(scratch / "bad", reckless); }), "bad", "finite"));
}

TEST_CASE("training: names the first step that is not finite, whenever it is noticed") {
  const Scratch scratch;
  Config config = small("none");
  config.loss = "wasserstein";
  Trainer good(config, training_shapes());
  advance(good, 3);
  gan::run::save(scratch / "good", good);
  config.g.lr = config.d.lr = 1e30;
  config.log_every = 20;
  Trainer watched(config, training_shapes());
  gan::run::restore(scratch / "good", watched);
  while (watched.step_count() < 20 && watched.finite()) watched.step();
  const Index bad = watched.step_count();
  REQUIRE(bad > 3);
  REQUIRE(bad < 20);

  Trainer trainer(config, training_shapes());
  gan::run::restore(scratch / "good", trainer);
  const auto run = gan::run::RunDirectory::create(scratch / "run", config);
  const std::string text = complaint([&] { run_session(trainer, run, config); });
  CHECK(trainer.step_count() == 20);
  CHECK(says(text, "from step " + std::to_string(bad) + " on", "finite"));

  // Weights alone: the step that made them.
  Config infinite = small("none");
  infinite.g.lr = std::numeric_limits<double>::infinity();
  Trainer reckless(infinite, training_shapes());
  reckless.step();
  CHECK(!reckless.finite());
  CHECK(reckless.first_bad_step() == 1);
}

TEST_CASE("training: log.csv of a resumed run is that of a run that was never stopped") {
  const Scratch scratch;
  Config config = small();
  const auto rows = [](const gan::run::RunDirectory& run) {  // without rates and times
    std::istringstream in(read_file(run.log()));
    std::string kept;
    for (std::string row; std::getline(in, row);)
      kept += row.substr(0, row.rfind(',', row.rfind(',') - 1)) + '\n';
    return kept;
  };
  const auto whole_run = gan::run::RunDirectory::create(scratch / "whole", config);
  Trainer whole(config, training_shapes());
  CHECK(run_session(whole, whole_run, config) == gan::run::SessionEnd::done);

  const auto run = gan::run::RunDirectory::create(scratch / "run", config);
  config.steps = 10;
  Trainer first(config, training_shapes());
  run_session(first, run, config);
  std::ofstream(run.log(), std::ios::app) << "12,0,0,0,0,0,0\n16,0,";  // then the power failed
  config.steps = 20;
  Trainer second(config, training_shapes());
  gan::run::restore(run.checkpoint(), second);
  run_session(second, run, config);

  CHECK(rows(run) == rows(whole_run));
  CHECK(read_file(run.checkpoint()) == read_file(whole_run.checkpoint()));
  CHECK(read_file(run.samples(20)) == read_file(whole_run.samples(20)));
}

}  // namespace
