// Settings that change on resume, their record, and settings that may not change.
#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "engine/serialize.h"
#include "gan/run/changes.h"
#include "gan/run/checkpoint.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/gan/tiny_run.h"
#include "tests/support/program.h"

namespace {

using engine::read_file;
using gan::training::Config;
using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("resume: every setting is either fixed, with a reason, or recorded when it changes") {
  int fixed_ones = 0, free_ones = 0;
  const Config before;
  Config::settings(before, [&](const std::string& key, const auto& value, const char*,
                               const char* fixed = nullptr) {
    CAPTURE(key);
    Config after;
    using Value = std::remove_cvref_t<decltype(value)>;
    Config::fields(after, [&](const std::string& name, auto& member, const char*) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, Value>) {
        if (name != key) return;
        if constexpr (std::is_same_v<Value, std::string>)
          member += "x";
        else if constexpr (std::is_same_v<Value, gan::training::ConstraintChain>)
          member = member.text() + " + bjorck";
        else if constexpr (std::is_same_v<Value, gan::training::Penalty>)
          member = member.text() + " + r1";
        else if constexpr (std::is_same_v<Value, gan::training::OptimizerChoice>)
          member = "sgd";
        else if constexpr (std::is_same_v<Value, bool>)
          member = !member;
        else
          member += 1;
      }
    });
    std::vector<gan::run::Change> found;
    const std::string refusal = complaint([&] { found = gan::run::changes(before, after); });
    if (fixed) {
      CHECK(says(refusal, key, "cannot change", fixed));
    } else {
      CHECK(refusal == "");
      CHECK(found.size() == (key == "steps" ? 0U : 1U));
    }
    ++(fixed ? fixed_ones : free_ones);
  });
  CHECK(fixed_ones > 5);
  CHECK(free_ones > 15);
}

TEST_CASE("resume: the record keeps what was before the step, and a kill writes nothing twice") {
  const Scratch scratch;
  const std::string path = scratch / "changes.json";
  gan::run::record(path, 5, {}, {});
  CHECK(!std::filesystem::exists(path));
  gan::run::record(path, 10, {}, {{"g.lr", "0.1", "0.2"}});
  gan::run::record(path, 20, {}, {{"data", "\"a\"", "\"b\""}});
  gan::run::record(path, 20, {}, {{"data", "\"a\"", "\"c\""}});
  CHECK(Json::parse(read_file(path)) ==
        Json::parse(R"([{"step": 10, "key": "g.lr", "old": 0.1, "new": 0.2},
                        {"step": 20, "key": "data", "old": "a", "new": "c"}])"));
  gan::run::record(path, 15, {}, {});
  CHECK(Json::parse(read_file(path)).size() == 1);
  scratch.write("changes.json", "[1");
  CHECK(says(complaint([&] { gan::run::record(path, 30, {}, {}); }), "changes.json", "damaged"));
}

TEST_CASE("resume: rates may change, and the run says so once and keeps it") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 2 --out run" + kTiny).status == 0);
  const Outcome changed =
      kGan.run(scratch, "gan train --resume run --steps 3 --set g.lr=1e-5 log_every=1 --seed 0");
  CHECK(changed.status == 0);
  CHECK(has(changed.err, "changed after step 2: g.lr from 0.0005 to 1e-05\n"));
  CHECK(has(changed.err, "changed after step 2: log_every from 50 to 1\n"));
  CHECK(has(changed.err, "a new run with these settings may have other results"));
  const Config config = gan::training::from_json(read_file(scratch / "run/config.json"), "");
  CHECK(config.g.lr == 1e-5);
  CHECK(config.log_every == 1);
  CHECK(config.steps == 3);
  const Json record = Json::parse(read_file(scratch / "run/changes.json"));
  REQUIRE(record.size() == 2);
  CHECK(record[0] == Json::parse(R"({"step": 2, "key": "g.lr", "old": 0.0005, "new": 1e-5})"));

  const Outcome again = kGan.run(scratch, "gan train --resume run --steps 4");
  CHECK(again.status == 0);
  CHECK(!has(again.err, "changed"));
  CHECK(Json::parse(read_file(scratch / "run/changes.json")) == record);
  CHECK(gan::training::from_json(read_file(scratch / "run/config.json"), "").g.lr == 1e-5);
}

TEST_CASE("resume: what may not change is refused with the reason, and nothing is touched") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny).status == 0);
  const auto refused = [&](const std::string& options, const char* key, const char* reason) {
    const std::string config = read_file(scratch / "run/config.json");
    const Outcome outcome = kGan.run(scratch, "gan train --resume run --steps 2 " + options);
    return kGan.refused(outcome, 2, key, reason) &&
           read_file(scratch / "run/config.json") == config;
  };
  CHECK(refused("--seed 5", "seed cannot change from 0 to 5", "image order"));
  CHECK(refused("--set model=sn-cnn", "model cannot change", "networks"));
  CHECK(refused("--set batch=4", "batch cannot change from 2 to 4", "start a new run"));
  CHECK(refused("--set g.lr=-1", "g.lr=-1", "greater than 0"));
  CHECK(refused("--set g.rl=1", "'g.rl'", "'g.lr'"));
  // A setting that was edited by hand is held against the checkpoint.
  std::string text = read_file(scratch / "run/config.json");
  text.replace(text.find("\"loss\": \"hinge\""), 15, "\"loss\": \"wasserstein\"");
  scratch.write("run/config.json", text);
  CHECK(kGan.refused(kGan.run(scratch, "gan train --resume run --steps 2"), 1,
                     "run/config.json: loss cannot change"));
}

TEST_CASE("resume: images that moved are the same, others are noted") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out seed" + kTiny).status == 0);
  REQUIRE(kGan.run(scratch, "gan sample seed --seed 1 --out other.png").status == 0);
  const std::string grid = read_file(scratch / "seed/samples/000001.png");
  for (const char* name : {"images/a.png", "images/b.png", "others/a.png"})
    scratch.write(name, grid);
  scratch.write("others/b.png", read_file(scratch / "other.png"));
  REQUIRE(kGan.run(scratch,
                   "gan train --steps 1 --out run --preset sn-small --data images:images --set "
                   "batch=2 g.batch=2 data.resize=32")
              .status == 0);
  std::filesystem::rename(scratch / "images", scratch / "moved");
  CHECK(kGan.refused(kGan.run(scratch, "gan train --resume run --steps 2"), 1, "images",
                     "if it has moved, pass its new location with --data"));
  const Outcome moved =
      kGan.run(scratch, "gan train --resume run --steps 2 --data images:moved --set scorer=");
  CHECK(moved.status == 0);
  CHECK(has(moved.err, "changed after step 1: data from"));
  CHECK(!has(moved.err, "not the images"));
  const Outcome replaced =
      kGan.run(scratch, "gan train --resume run --steps 3 --data images:others");
  CHECK(replaced.status == 0);
  CHECK(has(replaced.err, "not the images that the run has been trained on so far"));
  const Json record = Json::parse(read_file(scratch / "run/changes.json"));
  REQUIRE(record.size() == 3);
  CHECK(record[2]["key"] == "data.sha256");
  const Outcome same = kGan.run(scratch, "gan train --resume run --steps 4");
  CHECK(!has(same.err, "not the images"));
}

TEST_CASE("resume: after numbers that are not finite, the advice that is given works") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny).status == 0);
  const Outcome failed =
      kGan.run(scratch, "gan train --resume run --steps 9 --set g.lr=1e30 d.lr=1e30 loss=hinge");
  CHECK(failed.status == 1);
  CHECK(has(failed.err,
            "is not finite; the checkpoint of step 1 is kept; lower g.lr and d.lr: gan "
            "train --resume run --set g.lr="));
  CHECK(kGan.run(scratch, "gan train --resume run --steps 3 --set g.lr=1e-4 d.lr=1e-4").status ==
        0);
  const Json record = Json::parse(read_file(scratch / "run/changes.json"));
  CHECK(record.size() == 2);  // the settings that failed have made no step that is kept
}

const datasets::Dataset& shapes() {
  static const auto data = datasets::open("shapes");
  return *data;
}

TEST_CASE("checkpoint: no part of the state is saved or restored unless it is finite") {
  const Scratch scratch;
  Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 2;
  config.clip = "both";
  gan::training::Trainer trainer(config, shapes());
  trainer.step();
  gan::run::save(scratch / "good", trainer);
  const engine::TensorFile good = engine::load(scratch / "good");
  CHECK(good.metadata.at("data.sha256").size() == 64);
  for (const char* poison : {"inf", "nan"})
    for (const auto& [name, tensor] : good.tensors) {
      CAPTURE(name);
      engine::TensorFile bad = good;
      std::vector<engine::Real> values = tensor.values();
      values.back() = static_cast<engine::Real>(std::atof(poison));
      bad.tensors[name] = engine::Tensor::from(tensor.shape(), values);
      engine::save(scratch / "bad", bad);
      CHECK(says(complaint([&] { gan::run::restore(scratch / "bad", trainer); }), "bad", name,
                 "not finite"));
    }

  CHECK(good.metadata.at("format") == "1");
  engine::TensorFile old = good;
  for (const char* format : {"2", "1000000", "0", "-1", "one"}) {
    old.metadata["format"] = format;
    engine::save(scratch / "old", old);
    CHECK(says(complaint([&] { gan::run::restore(scratch / "old", trainer); }), "old", "format"));
  }
  // As the checkpoints of versions that did not say their format, or hash their images.
  old.metadata.erase("format");
  old.metadata.erase("data.sha256");
  engine::save(scratch / "old", old);
  CHECK(gan::run::restore(scratch / "old", trainer).data_hash == "");
  for (const char* other :
       {"abc", "no hash: it is neither of sixty-four digits, nor of letters a-f"}) {
    old.metadata["data.sha256"] = other;
    engine::save(scratch / "old", old);
    CHECK(says(complaint([&] { gan::run::restore(scratch / "old", trainer); }), "data.sha256",
               "damaged"));
  }
  old.metadata.erase("data.sha256");
  old.metadata["sums.steps"] = "7";
  engine::save(scratch / "old", old);
  CHECK(says(complaint([&] { gan::run::restore(scratch / "old", trainer); }), "old", "damaged"));
}

TEST_CASE("checkpoint: infinite moments of Adam are noticed, though all weights are finite") {
  const Scratch scratch;
  Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 2;
  config.constraint = "none";
  config.loss = "wasserstein";
  config.d.lr = 1e15;  // weights of 1e15 give gradients whose squares no float32 holds
  gan::training::Trainer trainer(config, shapes());
  for (int i = 0; i < 4 && trainer.finite(); ++i) trainer.step();
  CHECK(!trainer.finite());
  const std::string text = complaint([&] { gan::run::save(scratch / "bad", trainer); });
  CHECK(says(text, "is not written", "not finite"));
  CHECK(!std::filesystem::exists(scratch / "bad"));
}

TEST_CASE("sample: networks that are not finite are refused") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny).status == 0);
  engine::TensorFile file = engine::load(scratch / "run/checkpoint.safetensors");
  engine::Tensor& weight = file.tensors.at("average.0.weight");
  weight = engine::full(weight.shape(), std::numeric_limits<engine::Real>::infinity());
  engine::save(scratch / "run/checkpoint.safetensors", file);
  CHECK(kGan.refused(kGan.run(scratch, "gan sample run"), 1, "checkpoint.safetensors",
                     "average.0.weight", "not finite"));
  CHECK(kGan.run(scratch, "gan sample run --no-ema").status == 0);
}

}  // namespace
