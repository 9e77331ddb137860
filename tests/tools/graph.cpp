// The program graph, started as a user would: show, run, compare.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/graph/write_onnx.h"
#include "gan/metrics/npy.h"
#include "tests/support/program.h"

namespace {

namespace fs = std::filesystem;
using engine::Index;
using engine::Tensor;
using engine::graph::Builder;
using gan::metrics::NpyArray;
using Json = nlohmann::json;

const Program kGraph("tools/graph/graph");

// y = weight (x - 104) averaged over the pixels of images [N, 3, 2, 2], and an op that is not
// known.
std::string write_linear(const Scratch& scratch, const std::string& name, float weight = 2,
                         bool unknown = false) {
  Builder net;
  const std::string x = net.input("x", {-1, 3, 2, 2});
  const std::string means = net.constant("means", Tensor::from({3, 1, 1}, {104, 117, 123}));
  const std::string centered = net.node("Sub", {x, means}, {}, "centered");
  const std::string kernel =
      net.kernel("k", Tensor::from({3, 1, 1, 3}, {weight, 1, 0, 0, weight, 0, 1, 0, weight}));
  net.node("Flatten", {net.node("GlobalAveragePool", {net.node("Conv", {centered, kernel})})}, {},
           "y");
  if (unknown) net.output(net.node("Foo", {"y"}, {}, "foo"), {-1, 3});
  net.output("y", {-1, 3});
  return scratch.write(name, write_onnx(net.model()));
}

void write_array(const Scratch& scratch, const std::string& name, const std::vector<Index>& extents,
                 const std::vector<double>& values) {
  scratch.write(name, write_npy(NpyArray::from(extents, values)));
}

std::vector<double> read_array(const Scratch& scratch, const std::string& name) {
  return gan::metrics::parse_npy(engine::read_file(scratch / name), name).doubles();
}

TEST_CASE("graph show: inputs, operators, what a classifier takes, values with shapes") {
  REQUIRE(fs::exists(kGraph.path()));
  const Scratch scratch;
  write_linear(scratch, "net.onnx", 2, true);
  const Outcome outcome = kGraph.run(scratch, "graph show net.onnx --json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const Json json = Json::parse(outcome.out);
  CHECK(json["format"] == "ONNX");
  CHECK(json["opset"] == 13);
  CHECK(json["producer"] == "kantor");
  CHECK(json["inputs"][0] == Json({{"name", "x"}, {"type", "float32"}, {"shape", {-1, 3, 2, 2}}}));
  CHECK(json["images"]["range"] == "0..255, BGR");
  CHECK(json["images"]["features"] == "GlobalAveragePool_2");
  std::map<std::string, bool> supported;
  for (const Json& op : json["operators"]) supported[op["op"]] = op["supported"];
  CHECK(supported.at("Conv"));
  CHECK_FALSE(supported.at("Foo"));
  std::map<std::string, Json> shapes;
  for (const Json& value : json["values"]) shapes[value["name"]] = value["shape"];
  CHECK(shapes.at("centered") == Json({1, 3, 2, 2}));
  CHECK(shapes.at("y") == Json({1, 3}));
  CHECK(shapes.at("foo").is_null());
  const std::string text = kGraph.run(scratch, "graph show net.onnx").out;
  for (const char* part : {"ONNX, opset 13, written by kantor", "0..255, BGR (the graph subtracts",
                           "Foo", "not supported", "[1, 3, 2, 2]"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

TEST_CASE("graph run: arrays in, values out, all of them or none") {
  REQUIRE(fs::exists(kGraph.path()));
  const Scratch scratch;
  write_linear(scratch, "net.onnx");
  std::vector<double> x;
  for (int i = 0; i < 12; ++i) x.push_back(104 + i);
  write_array(scratch, "x.npy", {1, 3, 2, 2}, x);
  const Outcome outcome =
      kGraph.run(scratch, "graph run net.onnx --in x.npy --out y.npy --out centered=c.npy");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out == "y float32 [1, 3] -> y.npy\ncentered float32 [1, 3, 2, 2] -> c.npy\n");
  const std::vector<double> means = {1.5, 5.5 - 13, 9.5 - 19};  // of the centered channels
  CHECK(read_array(scratch, "y.npy") ==
        std::vector<double>{2 * means[0] + means[1], 2 * means[1], means[0] + 2 * means[2]});
  CHECK(read_array(scratch, "c.npy")[5] == 105 + 4 - 117);
  CHECK(
      kGraph.run(scratch, "graph run net.onnx --in x=x.npy --out v.npy --value centered").status ==
      0);
  CHECK(read_array(scratch, "v.npy") == read_array(scratch, "c.npy"));

  CHECK(kGraph.refused(kGraph.run(scratch, "graph run net.onnx --out n.npy"), 1,
                       "input 'x' needs a value"));
  CHECK(kGraph.refused(kGraph.run(scratch, "graph run net.onnx --in x.npy --out n.npy --value z"),
                       1, "no value 'z'"));
  CHECK(kGraph.refused(
      kGraph.run(scratch,
                 "graph run net.onnx --in x.npy --out n.npy --out none/m.npy --value y "
                 "--value centered"),
      1, "none/m.npy: cannot be written"));
  CHECK(kGraph.refused(kGraph.run(scratch, "graph run net.onnx --in x.npy"), 2, "--out"));
  CHECK(kGraph.refused(kGraph.run(scratch, "graph run x.npy --in x.npy --out n.npy"), 1, "x.npy"));
  CHECK_FALSE(fs::exists(scratch / "n.npy"));
}

TEST_CASE("graph compare: two networks, or one with what it should give") {
  REQUIRE(fs::exists(kGraph.path()));
  const Scratch scratch;
  write_linear(scratch, "a.onnx");
  write_linear(scratch, "same.onnx");
  write_linear(scratch, "near.onnx", 2.001F);
  const Outcome same = kGraph.run(scratch, "graph compare a.onnx same.onnx");
  CHECK(same.status == 0);
  CHECK(same.out.starts_with("same    'y'"));
  CHECK(kGraph.run(scratch, "graph compare a.onnx near.onnx --rtol 0.01").status == 0);
  const Outcome near = kGraph.run(scratch, "graph compare a.onnx near.onnx --rtol 1e-6 --json");
  CHECK(near.status == 1);
  CHECK(Json::parse(near.out)["same"] == false);
  CHECK(Json::parse(near.out)["values"][0]["elements"] == 6);

  write_array(scratch, "x.npy", {1, 3, 2, 2}, std::vector<double>(12, 127));
  REQUIRE(kGraph
              .run(scratch,
                   "mkdir set; graph run a.onnx --in x.npy --out set/output_0.npy && "
                   "cp x.npy set/input_0.npy")
              .status == 0);
  CHECK(kGraph.run(scratch, "graph compare a.onnx --expected set").status == 0);
  REQUIRE(kGraph.run(scratch, "graph run a.onnx --in x.npy --out set/y.npy && rm set/output_0.npy")
              .status == 0);
  CHECK(kGraph.run(scratch, "graph compare a.onnx --expected set --value y").status == 0);
  CHECK(kGraph.run(scratch, "graph compare near.onnx --expected set --rtol 0 --atol 1e-3").status ==
        1);
  for (const char* option : {"--rtol", "--atol"})
    for (const char* wrong : {"nan", "-nan", "inf", "-1e-9", "1e-4x"})
      CHECK(kGraph.refused(kGraph.run(scratch, std::string("graph compare a.onnx near.onnx ") +
                                                   option + "=" + wrong),
                           2, option, "is not a number from 0"));
  CHECK(kGraph.refused(kGraph.run(scratch, "graph compare a.onnx"), 2, "B or --expected"));
  fs::create_directories(scratch / "empty");
  CHECK(kGraph.refused(kGraph.run(scratch, "graph compare a.onnx --expected empty"), 1,
                       "empty: holds no outputs"));
}

}  // namespace
