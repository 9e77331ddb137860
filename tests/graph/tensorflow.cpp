// TensorFlow graphs: the 2015 network compared with the same one as ONNX, and TensorFlow's
// peculiarities.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/graph/graph.h"
#include "engine/graph/plan.h"
#include "engine/graph/tensorflow.pb.h"
#include "engine/graph/write_onnx.h"
#include "engine/random.h"
#include "tests/datasets/scratch.h"
#include "tests/graph/compare.h"
#include "tests/graph/inception.h"

namespace {

using namespace engine;
using namespace engine::graph;

Tensor pictures(Index n, Index height, Index width) {
  seed(3);
  std::vector<Real> values = uniform({n, height, width, 3}, 0, 256).values();
  for (Real& x : values) x = std::floor(x);
  return Tensor::from({n, height, width, 3}, values);
}

TEST_CASE("tensorflow: the graph of 2015 and the same network as ONNX give the same numbers") {
  const Graph frozen = Graph::parse(inception::as_graph_def(), "frozen.pb");
  const Graph onnx = Graph::parse(write_onnx(inception::as_onnx()), "inception.onnx");
  CHECK(inception::conv_scopes().size() == 94);
  const Tensor x = pictures(3, 32, 40);  // three at once: the graph was frozen with one
  const auto a =
      frozen.run({{"ExpandDims:0", x}}, {"pool_3:0", "softmax/logits/MatMul:0", "softmax:0"});
  const auto b = onnx.run({{"images", x}});
  CHECK(a[0].shape() == Shape{3, 1, 1, inception::kFeatures});
  CHECK(largest_difference(a[0], b[0]) < 1e-5);
  CHECK(largest_difference(a[1], b[1]) < 1e-5);
  CHECK(largest_difference(a[2], b[2]) < 1e-5);
  CHECK(deviation_over_batch(a[0]) > 1e-3);  // the numbers depend on the pictures
  CHECK(largest_difference(frozen.run({{"ExpandDims:0", x}}, {"mixed_5/tower/conv_1:0"})[0],
                           onnx.run({{"images", x}}, {"mixed_5/tower/conv_1"})[0]) < 1e-5);
  const Tensor first = Tensor::view(x, 0, {1, 32, 40, 3});
  const auto alone = frozen.run({{"ExpandDims", first}}, {"pool_3"});
  CHECK(largest_difference(alone[0], Tensor::view(a[0], 0, alone[0].shape())) < 1e-6);
}

TEST_CASE("tensorflow: convolutions take in their batch norms and activations") {
  const Graph frozen = Graph::parse(inception::as_graph_def(), "frozen.pb");
  int convs = 0, others = 0;
  for (const std::string& op : frozen.plan({"ExpandDims"}, {"pool_3"}).ops()) {
    convs += op == "Conv";
    others += op == "Relu" || op == "BatchNormalization" || op == "Identity" || op == "Transpose";
  }
  CHECK(convs == 94);
  CHECK(others == 0);
}

TEST_CASE("tensorflow: what cannot run is named, if it is needed") {
  const Graph frozen = Graph::parse(inception::as_graph_def(), "frozen.pb");
  CHECK_THROWS_WITH_AS(frozen.run({}, {"conv"}),
                       "frozen.pb: not supported: tensorflow.Const (string) (node "
                       "'DecodeJpeg/contents'), tensorflow.DecodeJpeg (node 'DecodeJpeg')",
                       Unsupported);
  CHECK_THROWS_WITH(frozen.run({}, {"conv:1"}), "frozen.pb: no value 'conv:1'");
}

tensorflow::NodeDef& add_constant(tensorflow::GraphDef& graph, const char* name, int type,
                                  std::initializer_list<Index> extents) {
  tensorflow::NodeDef& node = *graph.add_node();
  node.set_name(name);
  node.set_op("Const");
  tensorflow::TensorProto& tensor = *(*node.mutable_attr())["value"].mutable_tensor();
  tensor.set_dtype(type);
  for (Index extent : extents) tensor.mutable_tensor_shape()->add_dim()->set_size(extent);
  return node;
}

TEST_CASE("tensorflow: a list of numbers repeats its last one") {
  tensorflow::GraphDef graph;
  auto& few = *add_constant(graph, "few", 1, {2, 2}).mutable_attr();
  few["value"].mutable_tensor()->add_float_val(1);
  few["value"].mutable_tensor()->add_float_val(2);
  auto& halves = *add_constant(graph, "halves", 19, {2}).mutable_attr();
  halves["value"].mutable_tensor()->add_half_val(0x3e00);
  auto& many = *add_constant(graph, "many", 1, {3000, 2}).mutable_attr();
  many["value"].mutable_tensor()->add_float_val(4);
  auto& tail = *add_constant(graph, "tail", 1, {192, 1000}).mutable_attr();
  for (int i = 0; i <= 1000; ++i)
    tail["value"].mutable_tensor()->add_float_val(static_cast<float>(i));
  const Graph net = Graph::parse(graph.SerializeAsString(), "constants.pb");
  const auto values = net.run({}, {"few", "halves", "many", "tail"});
  CHECK(values[3].shape() == Shape{192, 1000});
  CHECK(values[3].values()[999] == 999);
  CHECK(values[3].values().back() == 1000);
  CHECK(values[0].values() == std::vector<Real>{1, 2, 2, 2});
  CHECK(values[1].values() == std::vector<Real>{1.5, 1.5});
  CHECK(values[2].shape() == Shape{3000, 2});
  CHECK(values[2].values().back() == 4);
}

TEST_CASE("tensorflow: a few numbers for a huge shape are refused when it is to run") {
  tensorflow::GraphDef graph;
  auto& huge = *add_constant(graph, "huge", 1, {1 << 15, 1 << 15}).mutable_attr();
  for (int i = 0; i < 2; ++i) huge["value"].mutable_tensor()->add_float_val(1);
  const Graph net = Graph::parse(graph.SerializeAsString(), "huge.pb");
  CHECK_THROWS_WITH_AS(net.run({}, {"huge"}), doctest::Contains("[1073741822] is more than"),
                       Error);
}

TEST_CASE("tensorflow: a constant that cannot be read refuses only those who need it") {
  tensorflow::GraphDef graph;
  add_constant(graph, "good", 1, {2});
  auto& cut = *add_constant(graph, "cut", 1, {2}).mutable_attr();
  cut["value"].mutable_tensor()->set_tensor_content("12345");
  add_constant(graph, "negative", 3, {-1});
  add_constant(graph, "huge", 1, {1 << 20, 1 << 20});
  add_constant(graph, "none", 1, {2}).clear_attr();
  tensorflow::NodeDef& alone = *graph.add_node();  // a node without the inputs of its op
  alone.set_name("alone");
  alone.set_op("Reshape");
  tensorflow::NodeDef& joined = *graph.add_node();  // a row that looks at its constants
  joined.set_name("joined");
  joined.set_op("ConcatV2");
  for (const char* name : {"good", "good", "cut"}) joined.add_input(name);
  for (const auto& [name, input] : {std::pair{"passed", "cut"}, {"reader", "joined:1"}}) {
    tensorflow::NodeDef& node = *graph.add_node();
    node.set_name(name);
    node.set_op("Identity");
    node.add_input(input);
  }
  const Graph net = Graph::parse(graph.SerializeAsString(), "bad.pb");
  CHECK(net.run({}, {"good"})[0].size() == 2);
  const auto refusal = [&](const char* name) { return complaint([&] { net.run({}, {name}); }); };
  CHECK(refusal("cut").starts_with("bad.pb: constant 'cut': "));
  CHECK(refusal("joined") == refusal("cut"));
  CHECK(refusal("negative") == "bad.pb: constant 'negative': has an extent of -1");
  CHECK(refusal("huge") ==
        "bad.pb: constant 'huge': [1048576, 1048576] has more elements than the "
        "2147483648 that a value may have");
  CHECK(refusal("none") == "bad.pb: constant 'none': has no value");
  CHECK(refusal("alone") == "bad.pb: node 'alone' (Reshape): has 0 inputs");
  CHECK(refusal("passed") == refusal("cut"));
  CHECK(refusal("reader") == refusal("joined"));
  std::vector<std::string> outputs;  // what the file ends in stays so
  for (const Port& port : net.outputs()) outputs.push_back(port.name);
  CHECK(std::count(outputs.begin(), outputs.end(), "alone") == 1);
  CHECK(std::count(outputs.begin(), outputs.end(), "reader") == 1);
  CHECK(std::count(outputs.begin(), outputs.end(), "joined") == 0);
}

TEST_CASE("tensorflow: a bias of another axis than the last is refused") {
  tensorflow::GraphDef graph;
  tensorflow::NodeDef& node = *graph.add_node();
  node.set_name("y");
  node.set_op("BiasAdd");
  node.add_input("x");
  node.add_input("b");
  (*node.mutable_attr())["data_format"].set_s("NCHW");
  const Graph net = Graph::parse(graph.SerializeAsString(), "bias.pb");
  CHECK_THROWS_WITH_AS(net.plan({"x", "b"}, {"y"}),
                       "bias.pb: not supported: tensorflow.BiasAdd (data_format) (node 'y')",
                       Unsupported);
}

TEST_CASE("tensorflow: SAME pads the end more, and averages count no padding") {
  tensorflow::GraphDef graph;
  auto add = [&](const char* name, const char* op) -> tensorflow::NodeDef& {
    tensorflow::NodeDef& node = *graph.add_node();
    node.set_name(name);
    node.set_op(op);
    return node;
  };
  add("x", "Placeholder");
  tensorflow::NodeDef& pool = add("pool", "AvgPool");
  pool.add_input("x");
  (*pool.mutable_attr())["padding"].set_s("SAME");
  for (const char* name : {"ksize", "strides"})
    for (Index extent : {1, 2, 2, 1}) (*pool.mutable_attr())[name].mutable_list()->add_i(extent);
  const Graph net = Graph::parse(graph.SerializeAsString(), "pool.pb");
  const Tensor y = net(Tensor::from({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  CHECK(y.values() == std::vector<Real>{3, 4.5, 7.5, 9});
}

}  // namespace
