// The audit and the spectra of a run, started as a user would; the contradictions that an audit
// reports; the records of gradients.
#include "gan/analysis/audit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/linalg.h"
#include "engine/random.h"
#include "engine/serialize.h"
#include "gan/run/gradient_log.h"
#include "gan/training/constraints.h"
#include "layers/layers.h"
#include "tests/support/program.h"

namespace {

namespace fs = std::filesystem;

using engine::read_file;
using Json = nlohmann::json;

// The values of a tensor of the run's checkpoint, multiplied.
void multiply(const std::string& checkpoint, const std::string& tensor, engine::Real by) {
  engine::TensorFile file = engine::load(checkpoint);
  REQUIRE(file.tensors.contains(tensor));
  file.tensors[tensor] = file.tensors[tensor] * by;
  engine::save(checkpoint, file);
}

gan::analysis::RunAudit in_order() {
  return {
      .constraint = "spectral",
      .layers = {{"0", {.k = 1, .running = 0.99, .audited = 1, .certified = 1.1, .reshaped = 1}},
                 {"1", {.audited = 2, .certified = 2}}},
      .certified = 2.2,
      .empirical = 1.9};
}

TEST_CASE("gan audit, gan spectrum: a run of two steps, and one whose checkpoint was changed") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch,
                   "gan train --steps 2 --out run --preset sn-small --data shapes --set "
                   "data.resize=16 batch=2 "
                   "g.batch=2 'd.constraint=spectral(k=2)'")
              .status == 0);
  const Outcome good = kGan.run(scratch, "gan audit run --images 4 --json");
  CAPTURE(good.err);
  CHECK(good.status == 0);
  const Json audit = Json::parse(good.out);
  REQUIRE(audit["layers"].size() == 4);
  double product = 1;
  for (const Json& layer : audit["layers"]) {
    CHECK(layer["constraint"] == "spectral(k=2)");
    CHECK(layer["k"] == 2);
    const double running = layer["running"], audited = layer["audited"];
    const double certified = layer["certified"], reshaped = layer["reshaped"];
    CHECK(reshaped == doctest::Approx(2).epsilon(0.02));
    CHECK(running <= reshaped * 1.001);
    CHECK(audited <= certified * 1.00001);
    CHECK(layer["ratio"] >= 1);
    CHECK(layer["stable_rank"] >= 0.999);
    product *= certified;
  }
  CHECK(audit["layers"][0]["name"] == "0");
  CHECK(audit["network"]["certified"] == doctest::Approx(product).epsilon(1e-4));
  CHECK(audit["network"]["empirical"] > 0);
  CHECK(audit["network"]["empirical"] <= audit["network"]["certified"]);

  CHECK(kGan.run(scratch, "gan spectrum run run --out twice").status == 0);
  const std::string rows = read_file(scratch / "twice/spectrum.csv");
  CHECK(
      rows.starts_with("run,layer,matrix,index,value,relative,values,k,certified\n"
                       "run,0,reshaped,1,"));
  CHECK(rows.find("\nrun,0,reshaped,32,") != std::string::npos);
  CHECK(rows.find("\nrun (2),0,reshaped,32,") != std::string::npos);
  CHECK(read_file(scratch / "twice/spectrum.gnuplot").find("'run (2)'") != std::string::npos);

  const std::string checkpoint = scratch / "run/checkpoint.safetensors",
                    best = "gan audit run --best --images 4 --json";
  CHECK(kGan.refused(kGan.run(scratch, best), 1, "run", "best"));  // it was never scored
  fs::copy_file(checkpoint, scratch / "run/best.safetensors");

  // The constraint gives the same weight for a huge one, whose squares overflow float32.
  multiply(checkpoint, "discriminator.0.weight", 1e25F);
  const Outcome huge = kGan.run(scratch, "gan audit run --images 4 --json");
  CAPTURE(huge.err);
  CHECK(huge.status == 0);
  const Json same = Json::parse(huge.out)["layers"][0];
  for (const char* const column : {"running", "audited", "certified", "reshaped"})
    CHECK(same[column] == doctest::Approx(audit["layers"][0][column].get<double>()).epsilon(1e-4));

  multiply(checkpoint, "discriminator.0.weight.0.state1", 3);
  const Outcome bad = kGan.run(scratch, "gan audit run --images 4");
  CHECK(bad.status == 1);
  CHECK(bad.out.find("certified") != std::string::npos);  // the table is printed all the same
  CHECK(says(bad.err.substr(0, bad.err.size() - 1), "gan: layer 0: bounds are out of order"));
  CHECK(kGan.run(scratch, best).out == good.out);
}

TEST_CASE("gan audit: weights whose squares leave float32, and that are not finite") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch,
                   "gan train --steps 1 --out run --preset sn-small --data shapes --set "
                   "data.resize=16 batch=2 g.batch=2 d.constraint=none")
              .status == 0);
  const auto layer = [&] {
    const Outcome outcome = kGan.run(scratch, "gan audit run --images 2 --json");
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    return Json::parse(outcome.out)["layers"][1];
  };
  const std::string checkpoint = scratch / "run/checkpoint.safetensors";
  const Json before = layer();
  for (const engine::Real by : {1e25F, 1e-30F, 1e-25F}) {  // altogether 1e25, 1e-5 and 1e-30
    multiply(checkpoint, "discriminator.1.weight", by);
    const double factor = by == 1e25F ? 1e25 : by == 1e-30F ? 1e-5 : 1e-30;
    const Json after = layer();
    for (const char* const column : {"audited", "certified", "reshaped"})
      CHECK(after[column].get<double>() / factor ==
            doctest::Approx(before[column].get<double>()).epsilon(1e-4));
  }
  multiply(checkpoint, "discriminator.1.weight", NAN);
  const Outcome bad = kGan.run(scratch, "gan audit run --images 2");
  CHECK(bad.status == 1);
  CHECK(says(bad.err.substr(0, bad.err.size() - 1), "1.weight"));
}

// The distance of a run with this constraint, after a step.
Json distance_with(const Scratch& scratch, const std::string& constraint) {
  CAPTURE(constraint);
  REQUIRE(kGan.run(scratch,
                   "rm -rf run; gan train --steps 1 --out run --preset sn-small --data "
                   "shapes --set data.resize=16 batch=2 g.batch=2 'd.constraint=" +
                       constraint + "'")
              .status == 0);
  const Outcome outcome = kGan.run(scratch, "gan audit run --images 8 --json");
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  return Json::parse(outcome.out)["distance"];
}

TEST_CASE("gan audit: no critic tells more than the exact distance of the same images") {
  const Scratch scratch;
  std::vector<std::string> constraints = gan::training::constraint_names();
  constraints.push_back("none");
  for (const std::string& constraint : constraints) {
    const Json distance = distance_with(scratch, constraint);
    CAPTURE(constraint);
    CHECK(distance["images"] == 32);  // a batch
    const double exact = distance["exact"], told = distance["lower_bound"];
    CHECK(exact > 1);
    CHECK(std::abs(told) <= exact);
    CHECK(distance["reached"] == doctest::Approx(told / exact));
  }
}

TEST_CASE("audit: what contradicts itself") {
  CHECK(in_order().contradictions().empty());
  gan::analysis::RunAudit audit = in_order();
  audit.layers[1].found.certified = 1.999;
  REQUIRE(audit.contradictions().size() == 1);
  CHECK(says(audit.contradictions()[0], "layer 1"));
  audit.empirical = 2.3;
  CHECK(audit.contradictions().size() == 2);
  audit.certified = std::numeric_limits<double>::infinity();
  CHECK(audit.contradictions().size() == 1);
  audit.empirical = std::numeric_limits<double>::quiet_NaN();
  CHECK(audit.contradictions().size() == 2);

  audit = in_order();
  audit.distance = {.images = 8, .gap = -4.39, .exact = 2};  // 2.2 times the distance is allowed
  CHECK(audit.contradictions().empty());
  CHECK(audit.told() == doctest::Approx(-4.39 / 2.2));
  CHECK(audit.reached() == doctest::Approx(-4.39 / 4.4));
  audit.distance.gap = 4.41;
  REQUIRE(audit.contradictions().size() == 1);
  CHECK(says(audit.contradictions()[0], "exceeds the exact distance"));
  audit.distance.rounding = 0.1;
  CHECK(audit.contradictions().empty());
  audit.distance.gap = std::numeric_limits<double>::quiet_NaN();
  CHECK(audit.contradictions().size() == 1);
}

TEST_CASE("audit: as JSON, what is not known or not finite is null") {
  gan::analysis::RunAudit audit = in_order();
  audit.certified = std::numeric_limits<double>::infinity();
  const Json json = Json::parse(as_json(audit));
  CHECK(json["layers"][0]["running"] == 0.99);
  CHECK(json["layers"][1]["running"].is_null());
  CHECK(json["layers"][1]["k"].is_null());
  CHECK(json["network"]["certified"].is_null());
  CHECK(json["network"]["empirical"] == 1.9);
  CHECK(as_table(audit).find("0.99") != std::string::npos);
}

TEST_CASE("gradient spectra: measured as they come, clipped, kept, one row left alone") {
  engine::seed(5);
  layers::Sequential net = {layers::Linear(8, 6), layers::Relu{}, layers::Linear(6, 1)};
  gan::analysis::GradientSpectra spectra(net, {.r = engine::Real(1.05), .iterations = 100});
  engine::TensorList gradients;
  for (const layers::Param* param : net.parameters())
    gradients.push_back(engine::normal(param->raw().shape()));
  CHECK(spectra.rows().empty());
  const engine::TensorList clipped = spectra.clip(gradients);
  REQUIRE(spectra.rows().size() == 1);
  const gan::analysis::GradientSpectra::Row row = spectra.rows()[0];
  const std::vector<double> before = engine::singular_values(gradients[0]);
  const std::vector<double> after = engine::singular_values(clipped[0]);
  CHECK(row.layer == "0");
  CHECK(row.s0 == doctest::Approx(before[0]).epsilon(1e-4));
  CHECK(row.s1 == doctest::Approx(before[1]).epsilon(1e-4));
  CHECK(before[0] > 1.06 * before[1]);
  CHECK(after[0] == doctest::Approx(1.05 * before[1]).epsilon(1e-3));
  for (const std::size_t other : {1, 2, 3})
    CHECK(clipped[other].values() == gradients[other].values());

  engine::TensorFile file;
  layers::store(file, "kept.", spectra);
  gan::analysis::GradientSpectra again(net, {.r = engine::Real(1.05), .iterations = 1});
  layers::restore(file, "kept.", again);
  CHECK(engine::singular_values(again.clip(gradients)[0])[0] ==
        doctest::Approx(after[0]).epsilon(1e-3));  // one iteration from where the other stopped
}

TEST_CASE("gradient log: rows, their ratio, and those after a checkpoint taken back") {
  const Scratch scratch;
  gan::run::GradientLog log(scratch.path(), 0);
  log.add(50, {{"d.0", 6, 2}, {"g.0", 1, 0}});
  log.add(100, {{"d.0", 4, 2}});
  const std::string header = "step,weight,s0,s1,ratio\n", first = "50,d.0,6,2,3\n50,g.0,1,0,0\n";
  CHECK(read_file(scratch / "gradients.csv") == header + first + "100,d.0,4,2,2\n");
  gan::run::GradientLog resumed(scratch.path(), 50);
  CHECK(read_file(scratch / "gradients.csv") == header + first);
  resumed.draw();
  const std::string script = read_file(scratch / "gradients.gnuplot");
  CHECK(script.find("\"d.0\"") + script.find("'d.0'") != 2 * std::string::npos);
}

}  // namespace
