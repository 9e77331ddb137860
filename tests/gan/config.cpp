// The settings: from and to JSON, from the command line, and what is refused.
#include "gan/training/config.h"

#include <doctest/doctest.h>

#include "gan/training/constraints.h"
#include "gan/training/presets.h"
#include "layers/layers.h"
#include "tests/datasets/scratch.h"

namespace {

using gan::training::Config;

std::string refusal(const std::string& assignment) {
  return complaint([&] {
    Config config;
    set(config, assignment);
    validate(config);
  });
}

TEST_CASE("config: every preset is valid and survives JSON") {
  for (const gan::training::Preset& preset : gan::training::presets()) {
    CAPTURE(preset.name);
    const Config config = preset.config();
    CHECK_NOTHROW(validate(config));
    CHECK(to_json(gan::training::from_json(to_json(config), "config.json")) == to_json(config));
  }
}

TEST_CASE("config: --set reaches every kind of field") {
  Config config;
  set(config, "g.lr=1e-3");
  set(config, "batch=16");
  set(config, "data.flip=true");
  set(config, "seed=18446744073709551615");
  set(config, "data=images:a=b");
  CHECK(config.g.lr == 1e-3);
  CHECK(config.batch == 16);
  CHECK(config.flip);
  CHECK(config.seed == 18446744073709551615U);
  CHECK(config.data == "images:a=b");
  CHECK(gan::training::from_json(to_json(config), "").seed == config.seed);
}

TEST_CASE("config: a run from before data.channels read image folders as RGB") {
  CHECK(gan::training::from_json(R"({"data": "images:pictures"})", "").channels == "3");
  CHECK(gan::training::from_json(R"({"data": "images:pictures", "data.channels": "1"})", "")
            .channels == "1");
  CHECK(gan::training::from_json(R"({"data": "mnist:digits"})", "").channels == "auto");
}

TEST_CASE("config: an unknown key is answered with the nearest") {
  CHECK(says(refusal("g.rl=1"), "'g.rl'", "did you mean 'g.lr'?"));
  CHECK(says(refusal("n_diss=1"), "'n_diss'", "did you mean 'n_dis'?"));
  CHECK(says(refusal("batch"), "--set batch", "key=value"));
}

TEST_CASE("config: values that make no sense are refused") {
  CHECK(says(refusal("batch=many"), "--set batch=many", "whole number"));
  CHECK(says(refusal("batch=1.5"), "--set batch=1.5", "whole number"));
  CHECK(says(refusal("g.lr=fast"), "number"));
  CHECK(says(refusal("seed=-1"), "from 0 up"));
  CHECK(says(refusal("data.flip=1"), "true or false"));
  CHECK(says(refusal("batch=1"), "batch", "at least 2"));
  CHECK(says(refusal("n_dis=0"), "n_dis=0", "at least 1"));
  CHECK(says(refusal("g.batch=288230376151711744"), "g.batch=2882", "at most 100000"));
  CHECK(says(refusal("n_dis=9223372036854775807"), "n_dis=9223", "at most 10000"));
  CHECK(says(refusal("steps=9223372036854775807"), "steps=9223", "at most"));
  CHECK(says(refusal("data.resize=4294967328"), "data.resize=4294967328", "at most 1024"));
  CHECK(says(refusal("data.channels=2"), "data.channels=2", "auto, 1 or 3"));
  CHECK(says(refusal("data.orientation=up"), "data.orientation=up", "ignore or apply"));
  CHECK(says(refusal("g.lr=0"), "g.lr=0"));
  CHECK(says(refusal("g.lr=nan"), "g.lr"));
  CHECK(says(refusal("clip.r=inf"), "clip.r=inf", "finite number"));
  CHECK(says(refusal("d.lr=inf"), "d.lr=inf", "finite number"));
  CHECK(says(refusal("d.beta1=1"), "d", "got 1"));
  CHECK(says(refusal("ema=1"), "ema=1"));
  CHECK(says(refusal("decay_steps=10"), "steps=1000", "decay_steps=10"));
  CHECK(says(refusal("loss=vanilla"), "'vanilla'", "wasserstein"));
  CHECK(says(refusal("model=big"), "'big'", "sn-resnet"));
  CHECK(says(refusal("device=tpu"), "device=tpu"));
  CHECK(says(refusal("precision=low"), "low"));
  CHECK(says(refusal("data=images:caf\xE9"), "data", "UTF-8"));
}

TEST_CASE("config: a damaged config.json is named") {
  const auto damage = [](const std::string& text) {
    return complaint([&] { gan::training::from_json(text, "run/config.json"); });
  };
  CHECK(says(damage("{"), "run/config.json", "damaged"));
  CHECK(says(damage("[1]"), "run/config.json"));
  CHECK(says(damage(R"({"bach": 1})"), "run/config.json: unknown setting 'bach'", "'batch'"));
  CHECK(says(damage(R"({"batch": "1"})"), "run/config.json: 'batch'", "type"));
  CHECK(says(damage(R"({"batch": 1.5})"), "run/config.json: 'batch'", "type"));
  CHECK(says(damage(R"({"d.constraint": 1})"), "run/config.json: 'd.constraint'", "type"));
  CHECK(says(damage(R"({"d.constraint": "tight"})"), "run/config.json: d.constraint=tight: "));
}

TEST_CASE("constraints: by name, with arguments, composed") {
  const auto chain =
      gan::training::ConstraintChain(" spectral(k=3, iterations=2) + bjorck(steps=5)")();
  REQUIRE(chain.size() == 2);
  const auto* spectral = chain[0].as<layers::SpectralNorm>();
  REQUIRE(spectral != nullptr);
  CHECK(spectral->iterations == 2);
  CHECK(spectral->target.k == 3);
  REQUIRE(chain[1].as<layers::Bjorck>() != nullptr);
  CHECK(chain[1].as<layers::Bjorck>()->steps == 5);
  CHECK(gan::training::ConstraintChain("none")().empty());
  REQUIRE(gan::training::ConstraintChain("toeplitz()")().size() == 1);
  CHECK(gan::training::ConstraintChain("toeplitz()")()[0].as<layers::ToeplitzNorm>()->target.k ==
        1);
}

TEST_CASE("constraints: all take their options by name, as the help shows them") {
  const std::string help = gan::training::describe_constraints();
  for (const std::string& name : gan::training::constraint_names()) {
    CAPTURE(name);
    const std::size_t at = help.find("  " + name + "(") + 2;
    REQUIRE(at >= 2);
    const std::string form = help.substr(at, help.find(')', at) + 1 - at);
    CHECK(gan::training::ConstraintChain(form)().size() == 1);
    if (form.find("k=1") == std::string::npos) continue;
    CHECK(gan::training::ConstraintChain(name + "(k=2)")()[0].target() == 2);
    CHECK(gan::training::ConstraintChain(name + "(network_k=8)")(3)[0].target() ==
          doctest::Approx(2));
  }
  const auto chain = gan::training::ConstraintChain("aol(k=2, at_most=1, through_scale=0)")();
  CHECK(chain[0].as<layers::Aol>()->target.mode == layers::Mode::at_most);
  CHECK(!chain[0].as<layers::Aol>()->target.through_scale);
}

TEST_CASE("constraints: values that float32 cannot tell from what is refused") {
  CHECK(says(refusal("d.constraint=clamp(r=1.00000001)"), "r=1.00000001", "greater than 1"));
  CHECK(says(refusal("d.constraint=spectral(k=1e-60)"), "k=1e-60", "greater than 0"));
  CHECK(says(refusal("d.constraint=spectral(k=1e60)"), "k=1e60", "too large"));
}

TEST_CASE("constraints: a text of any length is refused in a short line") {
  for (const char* form : {"spectral(", "spectral + ", "spectral(k="}) {
    const std::string text =
        refusal("d.constraint=" + std::string(form) + std::string(120'000, 'a'));
    CHECK(says(text, "longer than 1000 characters"));
    CHECK(text.size() < 400);
  }
}

TEST_CASE("optimizers: what is refused, and for which network") {
  CHECK(says(refusal("d.optimizer=adm"), "d.optimizer=adm: ", "'adm'", "adam, rmsprop or sgd"));
  CHECK(says(refusal("g.optimizer=rmsprop(alpha=1)"), "g.optimizer=", "alpha=1", "below 1"));
  CHECK(says(refusal("g.optimizer=rmsprop(alpha=-1)"), "alpha=-1", "greater than 0"));
  CHECK(says(refusal("d.optimizer=sgd(nesterov=1)"), "d.optimizer=", "momentum"));
  CHECK(says(refusal("d.optimizer=adam + sgd"), "one optimizer"));
  CHECK(says(refusal("d.optimizer=adam(beta1=0.5)"), "'beta1'"));
}

TEST_CASE("constraints: what is refused") {
  CHECK(says(refusal("d.constraint=clamp(r=1)"), "r=1", "greater than 1"));
  CHECK(says(refusal("d.constraint=aol(k=-2)"), "k=-2", "greater than 0"));
  CHECK(says(refusal("d.constraint=bjorck(k=0)"), "k=0", "greater than 0"));
  CHECK(says(refusal("d.constraint=gram(at_most=2)"), "at_most=2", "neither 0 nor 1"));
  CHECK(says(refusal("d.constraint=gram(iterations=1e300)"), "whole number up to"));
  CHECK(says(refusal("d.constraint=gram(iterations=7)"), "whole number up to 6"));
  CHECK(says(refusal("d.constraint=gram(iterations=0)"), "greater than 0"));
  CHECK(says(refusal("d.constraint=spectrum"), "d.constraint=spectrum", "toeplitz"));
  CHECK(says(refusal("d.constraint=spectral(q=1)"), "'q'", "spectral(", "k=1"));
  CHECK(says(refusal("d.constraint=spectral(k=0)"), "k=0", "greater than 0"));
  CHECK(says(refusal("d.constraint=spectral(k=x)"), "k=x"));
  CHECK(says(refusal("d.constraint=spectral(iterations=1.5)"), "iterations=1.5", "whole"));
  CHECK(says(refusal("d.constraint=spectral(k)"), "(k)"));
  CHECK(says(refusal("d.constraint=spectral(k=1"), "name(argument=value"));
  CHECK(says(refusal("d.constraint="), "name(argument=value"));
  CHECK(says(refusal("d.constraint=spectral+"), "name(argument=value"));
  CHECK(says(refusal("d.constraint=spectral(k=2, network_k=8)"), "k and network_k"));
  CHECK(says(refusal("d.constraint=spectral(k=2, k=3)"), "k is given twice"));
  CHECK(says(refusal("d.constraint=weight-norm(gain=1, k=7)"), "gain=1", "k"));
  CHECK(refusal("d.constraint=weight-norm(gain=0, k=7)").empty());
}

}  // namespace
