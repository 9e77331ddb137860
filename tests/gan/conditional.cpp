// Conditional networks: labels travel with the images through every part of a step, runs
// resume bit-for-bit, commands know the classes, and what has no classes is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "datasets/image_file.h"
#include "datasets/image_grid.h"
#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "engine/serialize.h"
#include "gan/analysis/audit.h"
#include "gan/run/checkpoint.h"
#include "gan/run/loaded_run.h"
#include "gan/training/losses.h"
#include "gan/training/networks.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "layers/layers.h"
#include "tests/gan/tiny_run.h"
#include "tests/support/program.h"
#include "tests/support/resumed.h"
#include "tests/support/sanitized.h"

namespace {

using engine::Index;
using engine::Real;
using engine::Tensor;
using gan::models::Networks;
using gan::training::Config;
using gan::training::Trainer;
using layers::Labels;
using Json = nlohmann::json;

Config conditional_config() {
  Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 4;
  config.resize = 16;
  config.conditional = true;
  return config;
}

const datasets::Dataset& little_shapes() {
  static const auto data = datasets::open("shapes", {.resize = 16});
  return *data;
}

Networks conditional_networks(const std::string& model, Index classes = 3) {
  const Config spectral;
  return gan::models::build_networks(model, {16, 16, 3}, spectral.constraint(),
                                     {.classes = classes});
}

double distance_between(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

TEST_CASE("conditional: every model that has the option takes classes, all of it constrained") {
  for (const gan::models::Model& model : gan::models::all()) {
    CAPTURE(model.name);
    if (!model.conditional) {
      CHECK(says(complaint([&] { conditional_networks(model.name); }), "conditional=true",
                 model.name, "sn-small"));
      continue;
    }
    Networks networks = conditional_networks(model.name);
    const Labels given(Tensor::from({2}, {0, 2}));
    const Tensor fake = networks.generator(engine::normal({2, networks.z_dim}));
    const Tensor score = networks.discriminator(fake);
    CHECK(score.shape() == engine::Shape{2, 1});
    const std::vector<layers::Weight> weights = layers::weights(networks.discriminator);
    CHECK(std::ssize(weights) == gan::models::constrained(model, {16, 16, 3}, {.classes = 3}));
    for (const layers::Weight& weight : weights) CHECK(weight.param->constraints().size() == 1);
    CHECK(weights.back().layer.ends_with(".embedding"));
    CHECK(weights.back().param->raw().dim(0) == 3);
    // The generator learns what is of these classes, and of no other.
    bool found = false;
    layers::Visitor visitor(
        [&](const std::string& name, layers::Param& param) {
          if (!name.ends_with("gammas")) return;
          found = true;
          const Tensor g = engine::grad(sum(score), {param.raw()})[0];
          CHECK(max(abs(slice(g, 0, 0, 1))).item() > 0);
          CHECK(max(abs(slice(g, 0, 1, 2))).item() == 0);
        },
        [](const std::string&, engine::State&) {});
    networks.generator.visit(visitor);
    CHECK(found);
  }
}

TEST_CASE("conditional: one pass over real and fake judges each as of its own class") {
  Networks networks = conditional_networks("sn-small");
  const Tensor real = engine::normal({3, 16, 16, 3}), fake = engine::normal({3, 16, 16, 3});
  const layers::Eval evaluate;
  const std::vector<Real> classes = {2, 0, 1};
  const Labels given(Tensor::from({3}, classes));
  const gan::models::Scores both = gan::models::judge(networks.discriminator, real, fake);
  for (Index i = 0; i < 3; ++i) {
    const Labels one = Labels::all_of(static_cast<Index>(classes[static_cast<std::size_t>(i)]));
    const auto alone = [&](const Tensor& images) {
      return networks.discriminator(slice(images, 0, i, i + 1));
    };
    CHECK(distance_between(alone(real), slice(both.real, 0, i, i + 1)) < 1e-5);
    CHECK(distance_between(alone(fake), slice(both.fake, 0, i, i + 1)) < 1e-5);
  }
  CHECK(says(
      complaint([&] { gan::models::judge(networks.discriminator, real, slice(fake, 0, 0, 2)); }),
      "judge", "3 labels", "2 fakes"));
}

TEST_CASE("conditional: a run resumes bit-for-bit with losses, penalties, augmentation") {
  const Scratch scratch;
  struct Example {
    const char *loss, *penalty, *augment;
  };
  for (const Example& example : {Example{"hinge", "none", "none"},
                                 Example{"relativistic-hinge", "r1", "color,translation,cutout"},
                                 Example{"wasserstein", "gp + r2 + max-gp", "none"}}) {
    CAPTURE(example.loss);
    Config config = conditional_config();
    config.loss = example.loss;
    config.penalty = example.penalty;
    config.augment = example.augment;
    config.n_dis = 2;
    config.g_batch = 6;
    config.penalty_every = 3;
    const std::string resumed = tests::resumed_after(scratch, config, little_shapes(), 8);
    CHECK(resumed == tests::after(scratch, config, little_shapes(), 8));
    const engine::TensorFile file = engine::load(scratch / "checkpoint");
    CHECK(Json::parse(file.metadata.at("data.classes")) == Json(little_shapes().class_names()));
  }
  Config plain = conditional_config();
  plain.conditional = false;
  tests::after(scratch, plain, little_shapes(), 1);
  CHECK(!engine::load(scratch / "checkpoint").metadata.contains("data.classes"));
}

TEST_CASE("attention: a run resumes bit-for-bit, conditional too; its place is checked") {
  const Scratch scratch;
  Config config = conditional_config();
  config.model = "sn-resnet";
  config.batch = config.g_batch = 2;
  config.attention = 8;
  const Index steps = tests::kSanitized ? 2 : 4;
  const std::string resumed = tests::resumed_after(scratch, config, little_shapes(), steps);
  CHECK(resumed == tests::after(scratch, config, little_shapes(), steps));
  const engine::TensorFile file = engine::load(scratch / "checkpoint");
  for (const char* gamma : {"generator.4.gamma", "discriminator.1.gamma"}) {
    CAPTURE(gamma);
    REQUIRE(file.tensors.contains(gamma));
    CHECK(file.tensors.at(gamma).item() != 0);  // it learns
  }
  Trainer trainer(config, little_shapes());
  const gan::analysis::RunAudit audit = trainer.audit();
  CHECK(std::isinf(audit.certified));
  CHECK(audit.contradictions().empty());
  const std::string table = gan::analysis::as_table(audit);
  CHECK(table.find("no certified bound: a layer, such as self-attention") != table.npos);
  CHECK(Json::parse(gan::analysis::as_json(audit))["network"]["certified"].is_null());

  const auto refused = [&](const char* model, Index rows) {
    return complaint([&] {
      gan::models::build_networks(model, {16, 16, 3}, {}, {.attention = rows});
    });
  };
  CHECK(says(refused("sn-resnet", 7), "attention=7", "use 8 or 4"));
  CHECK(says(refused("sn-resnet", 16), "attention=16", "use 8 or 4"));
  CHECK(says(refused("sn-small", 8), "attention", "sn-small", "sn-resnet"));
}

TEST_CASE("conditional: the audit bounds each class, and compares images within their class") {
  engine::seed(3);
  Networks networks = conditional_networks("sn-small", 10);
  {
    const Labels given = Labels::any();
    for (int i = 0; i < 30; ++i) {  // the norms settle, as in training
      for (layers::Param* param : networks.discriminator.parameters()) param->changed();
      networks.discriminator(engine::zeros({1, 16, 16, 3}));
    }
  }
  const gan::analysis::RunAudit audit =
      gan::analysis::audit(networks, "spectral", 1, little_shapes(), 64);
  CHECK(audit.contradictions().empty());
  REQUIRE(audit.classes.size() == 10);
  double largest = 0, steepest = 0;
  for (const gan::analysis::ClassAudit& each : audit.classes) {
    CHECK(each.empirical > 0);
    CHECK(each.empirical <= each.certified);
    largest = std::max(largest, each.certified);
    steepest = std::max(steepest, each.empirical);
  }
  CHECK(audit.certified == largest);
  CHECK(audit.empirical == steepest);
  CHECK(audit.classes[0].certified != audit.classes[1].certified);
  CHECK(std::abs(audit.distance.gap) <= audit.distance.exact * audit.certified);
  const std::string table = gan::analysis::as_table(audit);
  CHECK(table.find("crescent") != table.npos);
  CHECK(Json::parse(gan::analysis::as_json(audit))["classes"].size() == 10);

  gan::analysis::RunAudit wrong = audit;
  wrong.classes[3].empirical = 2 * wrong.classes[3].certified;
  REQUIRE(wrong.contradictions().size() == 1);
  CHECK(says(wrong.contradictions()[0], "class triangle", "exceeds its certified bound"));
}

TEST_CASE("gan: a conditional run is sampled, exported, audited and resumed by its classes") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 2 --out run" + kTiny + "conditional=true").status ==
          0);
  const auto sampled = [&](const std::string& options) {
    const Outcome outcome = kGan.run(scratch, "gan sample run " + options);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    return datasets::decode_image(scratch / "samples.png");
  };
  const datasets::Image rows = sampled("--class all --count 3");
  CHECK(rows.width == 3 * 34 - 2);
  CHECK(rows.height == 10 * 34 - 2);
  CHECK(sampled("--class star --count 4").width == 2 * 34 - 2);
  CHECK(sampled("").width == 8 * 34 - 2);
  CHECK(kGan.refused(kGan.run(scratch, "gan sample run --class sqare"), 2, "--class sqare",
                     "no such class", "disc, ring, square"));
  CHECK(kGan.refused(kGan.run(scratch, "gan sample run --class all --count 100000"), 2,
                     "--count 100000", "10 classes"));
  CHECK(kGan.refused(kGan.run(scratch, "gan export run --onnx g.onnx"), 2, "conditional",
                     "--class disc, ring"));
  for (const char* network : {"generator", "discriminator"}) {
    CAPTURE(network);
    const Outcome outcome = kGan.run(
        scratch, std::string("gan export run --onnx n.onnx --class ring --network ") + network);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    gan::run::LoadedRun run = gan::run::LoadedRun::open(scratch / "run");
    const layers::Eval evaluate;
    const bool generates = network == std::string("generator");
    const Tensor in =
        generates ? engine::normal({3, run.networks.z_dim}) : engine::normal({3, 32, 32, 3});
    const Labels ring = Labels::all_of(1);
    const Tensor expected = generates ? run.networks.generator(in) : run.networks.discriminator(in);
    const engine::graph::Graph graph =
        engine::graph::Graph::parse(engine::read_file(scratch / "n.onnx"), "n.onnx");
    CHECK(distance_between(graph(in), expected) < 1e-4);
  }
  const Outcome audit = kGan.run(scratch, "gan audit run --images 4 --json");
  CHECK(audit.status == 0);
  CHECK(Json::parse(audit.out)["classes"][9]["name"] == "crescent");
  CHECK(kGan.run(scratch, "gan spectrum run").status == 0);
  CHECK(kGan.run(scratch, "gan train --resume run --steps 3").status == 0);
  CHECK(kGan.refused(kGan.run(scratch, "gan train --resume run --steps 4 --set conditional=false"),
                     2, "conditional cannot change"));
  CHECK(kGan.refused(kGan.run(scratch, "gan audit run --data mnist:none"), 1, "none"));

  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out plain" + kTiny).status == 0);
  CHECK(kGan.refused(kGan.run(scratch, "gan sample plain --class all"), 2, "--class all",
                     "not a conditional run"));
  CHECK(kGan.refused(kGan.run(scratch, "gan export plain --onnx n.onnx --class disc"), 2,
                     "not a conditional run"));
}

TEST_CASE(
    "conditional: data without classes, or with an empty one, and other classes than before") {
  const Scratch scratch;
  const std::string image =
      datasets::grid_png(std::vector<Real>(32 * 32 * 3), {.count = 1, .height = 32, .width = 32});
  for (const char* name :
       {"flat/a.png", "flat/b.png", "two/cats/a.png", "two/dogs/a.png", "other/cats/a.png",
        "other/owls/a.png", "three/cats/a.png", "three/dogs/a.png", "three/owls/a.png"})
    scratch.write(name, image);
  const std::string options =
      " --preset sn-small --set conditional=true batch=2 g.batch=2 --steps 1 --out ";
  CHECK(kGan.refused(kGan.run(scratch, "gan train --data images:flat" + options + "a"), 1,
                     "conditional=true", "have no classes", "own subfolder"));
  std::filesystem::create_directories(scratch / "two/ants");
  CHECK(kGan.refused(kGan.run(scratch, "gan train --data images:two" + options + "a"), 1,
                     "conditional=true", "class 'ants' has no images"));
  std::filesystem::remove(scratch / "two/ants");
  REQUIRE(kGan.run(scratch, "gan train --data images:two" + options + "a").status == 0);
  CHECK(kGan.refused(kGan.run(scratch, "gan train --resume a --steps 2 --data images:other"), 1,
                     "other classes", "'dogs' then, 'owls' now"));
  CHECK(kGan.refused(kGan.run(scratch, "gan train --resume a --steps 2 --data images:three"), 1,
                     "other classes", "2 then, 3 now"));
  CHECK(kGan.refused(kGan.run(scratch, "gan audit a --images 2 --data images:other"), 1, "classes",
                     "'owls' now"));
  CHECK(kGan.refused(kGan.run(scratch,
                              "gan train --data gaussians:8 --preset wgan-gp-mlp --set "
                              "conditional=true --out b"),
                     2, "conditional=true", "mlp", "sn-small"));
  CHECK(!std::filesystem::exists(scratch / "b"));

  engine::TensorFile file = engine::load(scratch / "a/checkpoint.safetensors");
  for (const char* names : {"", "[", "{}", "[1, 2]", "[\"one\"]"}) {
    CAPTURE(names);
    file.metadata["data.classes"] = names;
    engine::save(scratch / "a/checkpoint.safetensors", file);
    CHECK(kGan.refused(kGan.run(scratch, "gan sample a"), 1, "data.classes", "damaged"));
  }
  file.metadata.erase("data.classes");
  engine::save(scratch / "a/checkpoint.safetensors", file);
  CHECK(kGan.refused(kGan.run(scratch, "gan sample a"), 1, "lacks 'data.classes'"));
  file.metadata["data.classes"] = "[\"a\", \"b\", \"c\"]";
  engine::save(scratch / "a/checkpoint.safetensors", file);
  CHECK(kGan.refused(kGan.run(scratch, "gan sample a"), 1, "checkpoint.safetensors"));
}

}  // namespace
