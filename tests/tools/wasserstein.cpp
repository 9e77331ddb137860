// The program wasserstein, started as a user would.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "gan/metrics/npy.h"
#include "tests/gan/tiny_run.h"
#include "tests/support/program.h"
#include "tests/support/sanitized.h"

namespace {

using engine::Tensor;
using gan::metrics::NpyArray;
using Json = nlohmann::json;

const Program kWasserstein("tools/wasserstein/wasserstein");

void write_points(const Scratch& scratch, const std::string& name,
                  const std::vector<engine::Index>& extents, const std::vector<double>& values) {
  scratch.write(name, write_npy(NpyArray::from(extents, values)));
}

TEST_CASE("wasserstein bench: a table, JSON, a picture") {
  const Scratch scratch;
  const std::string command =
      "wasserstein bench --dimension 2 --funnels 4 --critic cones spectral --iterations 20 "
      "--batch 64 --seeds 2 --constraint spectral+bjorck --activation maxmin --picture out";
  const Outcome outcome = kWasserstein.run(scratch, command + " --json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const Json json = Json::parse(outcome.out);
  CHECK(json["pair"]["dimension"] == 2);
  CHECK(json["pair"]["funnels"] == 4);
  CHECK(json["truth"]["w1"] > 0.1);
  REQUIRE(json["critics"].size() == 3);
  CHECK(json["critics"][0]["name"] == "cones");
  CHECK(json["critics"][0]["certified"] == true);
  CHECK(json["critics"][2]["name"] == "custom");
  CHECK(json["critics"][2]["certified"] == true);
  for (const Json& critic : json["critics"]) {
    CHECK(critic["certified"] == (critic["bound"].get<double>() <= 1.0001));
    for (const char* key : {"cos", "l2", "w1"}) {
      CHECK(critic[key]["mean"].is_number());
      CHECK(critic[key]["std"] > 0);
    }
  }
  REQUIRE(json["published"].size() == 12);
  CHECK(json["published"][0]["name"] == "wgan");
  CHECK(engine::read_file(scratch / "out/critics.gnuplot").find("the best critic") !=
        std::string::npos);
  if (tests::kSanitized) return;  // the table takes as long again
  const Outcome text = kWasserstein.run(scratch, command);
  for (const char* part : {"W1 = ", "20 iterations of batch 64", "+-", "sn-gan", "spectral+bjorck"})
    CHECK_MESSAGE(text.out.find(part) != std::string::npos, part);
}

TEST_CASE("wasserstein bench: the same seeds, the same figures" *
          doctest::skip(tests::kSanitized)) {
  const Scratch scratch;
  const std::string command = "wasserstein bench --critic cones --iterations 10 --batch 32 --json";
  const auto figures = [&](const std::string& more) {
    Json json = Json::parse(kWasserstein.run(scratch, command + more).out);
    json["critics"][0].erase("seconds");
    return json;
  };
  CHECK(figures("") == figures(" --threads 2"));
  CHECK(figures("")["critics"] != figures(" --seed 1")["critics"]);
}

TEST_CASE("wasserstein bench: bad input") {
  const Scratch scratch;
  engine::save(scratch / "none.safetensors", {.tensors = {{"x", engine::zeros({2})}}});
  const auto refused = [&](const std::string& options, int status, const auto&... parts) {
    CAPTURE(options);
    return kWasserstein.refused(kWasserstein.run(scratch, "wasserstein bench " + options), status,
                                parts...);
  };
  CHECK(refused("--pair missing.safetensors", 1, "missing.safetensors"));
  CHECK(refused("--pair none.safetensors", 1, "none.safetensors: no tensor 'centers'"));
  CHECK(refused("--pair none.safetensors --dimension 3", 2, "--dimension"));
  CHECK(refused("--critic conse", 2, "--critic", "cones"));
  CHECK(refused("--constraint spektral", 2, "--constraint", "spektral"));
  CHECK(refused("--constraint spectral --activation sine", 2, "--activation"));
  CHECK(refused("--activation relu", 2, "--constraint"));
  CHECK(refused("--dimension 3 --picture out --iterations 1", 2, "--picture"));
  for (const char* option : {"--dimension", "--funnels", "--iterations", "--batch", "--seeds",
                             "--seed", "--width", "--depth", "--lr"})
    for (const char* wrong : {"=0x", "=-1", "=nan", "=99999999999999999999999"})
      CHECK(refused(std::string(option) + wrong, 2, option));
}

TEST_CASE("wasserstein exact: arrays, tensors, images, runs") {
  const Scratch scratch;
  write_points(scratch, "a.npy", {3, 2}, {0, 0, 1, 0, 5, 5});
  write_points(scratch, "b.npy", {3, 2}, {5, 6, 0, 2, 1, 3});  // 1 + 2 + 3
  const auto w1 = [&](const std::string& arguments) {
    const Outcome outcome = kWasserstein.run(scratch, "wasserstein exact " + arguments + " --json");
    INFO(arguments << ": " << outcome.err);
    REQUIRE(outcome.status == 0);
    return Json::parse(outcome.out);
  };
  CHECK(w1("a.npy b.npy")["w1"] == doctest::Approx(2).epsilon(1e-9));
  CHECK(w1("a.npy b.npy")["points"] == 3);
  CHECK(w1("a.npy a.npy --count 2")["points"] == 2);
  engine::save(scratch / "two.safetensors", {.tensors = {{"p", Tensor::from({2, 1}, {1, 5})},
                                                         {"q", Tensor::from({2}, {7, 0})}}});
  const Json line = w1("two.safetensors:p two.safetensors:q");
  CHECK(line["w1"] == doctest::Approx(1.5).epsilon(1e-9));
  CHECK(line["dimension"] == 1);

  // Pixels from -1 to 1; grey images keep their one channel.
  const NpyArray black{"|u1", {2, 2, 2, 1}, std::string(8, '\0')};
  const NpyArray white{"|u1", {2, 2, 2, 1}, std::string(8, '\xff')};
  scratch.write("black.npy", write_npy(black));
  scratch.write("white.npy", write_npy(white));
  const Json grey = w1("black.npy white.npy");
  CHECK(grey["w1"] == doctest::Approx(2 * std::sqrt(4.0)).epsilon(1e-6));
  CHECK(grey["a"]["contents"] == "images 2x2x1, pixels from -1 to 1");

  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny + "data.resize=16").status ==
          0);
  const Json images = w1("run:run shapes --count 8 --resize 16");
  CHECK(images["points"] == 8);
  CHECK(images["dimension"] == 16 * 16 * 3);
  CHECK(images["w1"] > 1);
  CHECK(w1("run:run run:run --count 4")["w1"] == 0);
  const Outcome text = kWasserstein.run(scratch, "wasserstein exact a.npy b.npy");
  CHECK(text.out.find("W1  2 between 3 points each in 2 dimensions") != std::string::npos);
}

TEST_CASE("wasserstein exact: bad input") {
  const Scratch scratch;
  write_points(scratch, "a.npy", {3, 2}, {0, 0, 1, 0, 5, 5});
  write_points(scratch, "four.npy", {4, 2}, {0, 0, 1, 0, 5, 5, 6, 6});
  write_points(scratch, "wide.npy", {3, 3}, {0, 0, 1, 0, 5, 5, 6, 6, 7});
  write_points(scratch, "nan.npy", {3, 2}, {0, 0, 1, NAN, 5, 5});
  write_points(scratch, "none.npy", {0, 2}, {});
  write_points(scratch, "many.npy", {9000, 2}, std::vector<double>(18000, 1));
  engine::save(scratch / "two.safetensors",
               {.tensors = {{"p", engine::zeros({2, 1})}, {"q", engine::zeros({2})}}});
  const auto refused = [&](const std::string& arguments, int status, const auto&... parts) {
    CAPTURE(arguments);
    return kWasserstein.refused(kWasserstein.run(scratch, "wasserstein exact " + arguments), status,
                                parts...);
  };
  CHECK(refused("a.npy four.npy", 1, "a.npy has 3 points, four.npy 4", "--count"));
  CHECK(refused("a.npy wide.npy", 1, "points of 2 dimensions", "points of 3"));
  CHECK(refused("a.npy nan.npy", 1, "nan.npy: holds non-finite values"));
  CHECK(refused("none.npy none.npy", 1, "none.npy", "holds no points"));
  CHECK(refused("many.npy many.npy", 1, "9000 points", "--count"));
  CHECK(refused("a.npy a.npy --count 4", 1, "a.npy: has 3 points, fewer than --count 4"));
  CHECK(refused("a.npy missing.npy", 1, "missing.npy: no such folder or file"));
  CHECK(refused("two.safetensors two.safetensors", 1, "2 tensors; name one"));
  CHECK(refused("two.safetensors:r two.safetensors", 1, "no tensor 'r'"));
  CHECK(refused("missing.safetensors a.npy", 1, "missing.safetensors"));
  CHECK(refused("a.npy", 2, "B"));
  CHECK(refused("a.npy a.npy --count 0", 2, "--count"));
}

}  // namespace
