// The program onnx_conformance on cases made here: which pass and which fail.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/graph/onnx.pb.h"
#include "engine/graph/write_onnx.h"
#include "tests/support/program.h"

namespace {

namespace fs = std::filesystem;
using engine::graph::Builder;

const Program kConformance("tools/onnx_conformance/onnx_conformance");

// A case whose graph says y = -x and z = |x|, with these files in its data set.
void write_case(const Scratch& scratch, const std::map<std::string, float>& files) {
  Builder net;
  const std::string x = net.input("x", {1});
  net.output(net.node("Neg", {x}, {}, "y"), {1});
  net.output(net.node("Abs", {x}, {}, "z"), {1});
  scratch.write("case/model.onnx", write_onnx(net.model()));
  fs::remove_all(scratch / "case/test_data_set_0");
  for (const auto& [name, number] : files) {
    engine::graph::onnx::TensorProto tensor;
    tensor.set_data_type(1);
    tensor.add_dims(1);
    tensor.add_float_data(number);
    scratch.write("case/test_data_set_0/" + name + ".pb", tensor.SerializeAsString());
  }
}

std::string conformance(const Scratch& scratch, int status) {
  const Outcome outcome = kConformance.run(scratch, "onnx_conformance . 2>&1");
  CHECK(outcome.status == status);
  return outcome.out;
}

TEST_CASE("onnx_conformance: a case passes when every output is there and right") {
  REQUIRE(fs::exists(kConformance.path()));
  const Scratch scratch;
  write_case(scratch, {{"input_0", 2}, {"output_0", -2}, {"output_1", 2}});
  CHECK(conformance(scratch, 0) == "passed  case\n1 passed, 0 failed, 0 skipped\n");
  write_case(scratch, {{"input_0", 2}, {"output_0", -2}, {"output_1", 3}});
  CHECK(conformance(scratch, 1) ==
        "FAILED  case: test_data_set_0: output 'z' element 0 is 2, should be 3\n"
        "0 passed, 1 failed, 0 skipped\n");
}

TEST_CASE("onnx_conformance: nothing to compare with is no success") {
  REQUIRE(fs::exists(kConformance.path()));
  const Scratch scratch;
  write_case(scratch, {{"input_0", 2}, {"output_0", -2}});
  CHECK(conformance(scratch, 1).starts_with("FAILED  case: test_data_set_0: has no output_1.pb\n"));
  write_case(scratch, {{"input_0", 2}});
  CHECK(conformance(scratch, 1).starts_with("FAILED  case: test_data_set_0: has no output_0.pb\n"));
  write_case(scratch, {});
  CHECK(conformance(scratch, 1).starts_with("FAILED  case: has no test_data_set_*\n"));
}

TEST_CASE("onnx_conformance: only an infinity of the same sign passes for one") {
  REQUIRE(fs::exists(kConformance.path()));
  const Scratch scratch;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float wanted : {infinity, -infinity}) {
    write_case(scratch, {{"input_0", 5}, {"output_0", wanted}, {"output_1", 5}});
    CHECK(conformance(scratch, 1).starts_with("FAILED"));
  }
  write_case(scratch, {{"input_0", infinity}, {"output_0", 5}, {"output_1", infinity}});
  CHECK(conformance(scratch, 1).starts_with("FAILED"));
  write_case(scratch, {{"input_0", infinity}, {"output_0", infinity}, {"output_1", infinity}});
  CHECK(conformance(scratch, 1).starts_with("FAILED"));
  write_case(scratch, {{"input_0", infinity}, {"output_0", -infinity}, {"output_1", infinity}});
  CHECK(conformance(scratch, 0).starts_with("passed"));
  write_case(scratch, {{"input_0", NAN}, {"output_0", NAN}, {"output_1", NAN}});
  CHECK(conformance(scratch, 0).starts_with("passed"));
  write_case(scratch, {{"input_0", 5}, {"output_0", NAN}, {"output_1", 5}});
  CHECK(conformance(scratch, 1).starts_with("FAILED"));
}

TEST_CASE("onnx_conformance: a case runs once, however it is named; tolerances are given") {
  REQUIRE(fs::exists(kConformance.path()));
  const Scratch scratch;
  write_case(scratch, {{"input_0", 2}, {"output_0", -2.01F}, {"output_1", 2}});
  fs::create_directory_symlink("case", scratch / "link");
  for (const char* const roots :
       {"case", "case/", "case/ .", ". ./case//", "link/ case", "link ."}) {
    CAPTURE(roots);
    const auto run = [&](const std::string& options) {
      return kConformance.run(scratch, "onnx_conformance " + (roots + (" " + options)));
    };
    CHECK(run("").out.ends_with("0 passed, 1 failed, 0 skipped\n"));
    CHECK(run("--rtol 0.01").out == "passed  case\n1 passed, 0 failed, 0 skipped\n");
    CHECK(run("--atol 0.02 --rtol 0").out == "passed  case\n1 passed, 0 failed, 0 skipped\n");
    CHECK(run("--atol 0.001 --rtol 0").status == 1);
  }
  for (const char* const wrong : {"-1", "inf", "nan", "x"})
    CHECK(kConformance.run(scratch, std::string("onnx_conformance case --rtol ") + wrong).status ==
          2);
}

TEST_CASE("onnx_conformance: an output that the graph does not have is a failure") {
  REQUIRE(fs::exists(kConformance.path()));
  const Scratch scratch;
  write_case(scratch, {{"input_0", 2}, {"output_0", -2}, {"output_1", 2}, {"output_2", 2}});
  CHECK(conformance(scratch, 1).starts_with("FAILED  case: test_data_set_0: has output_2.pb"));
}

}  // namespace
