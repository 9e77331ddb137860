// The passes: what they leave out, and that the numbers stay.
#include <doctest/doctest.h>

#include "engine/graph/graph.h"
#include "engine/graph/plan.h"
#include "engine/graph/write_onnx.h"
#include "engine/random.h"
#include "tests/graph/compare.h"

namespace {

using namespace engine;
using namespace engine::graph;
using Ops = std::vector<std::string>;

// x -> Conv c -> BatchNormalization b -> Relu r -> Identity y, and a second reader of what `also`
// names.
Model network(const std::string& also = "") {
  seed(11);
  Builder net;
  net.input("x", {-1, 3, -1, -1});
  net.constant("alias of w", normal({4, 3, 3, 3}));
  net.node("Identity", {"alias of w"}, {}, "w");
  net.node("Conv", {"x", "w", net.constant("bias", normal({4}))}, {}, "c");
  net.node("BatchNormalization",
           {"c", net.constant("g", normal({4})), net.constant("h", normal({4})),
            net.constant("m", normal({4})), net.constant("v", uniform({4}, 1, 2))},
           {{"epsilon", 0.01f}}, "b");
  net.node("Relu", {"b"}, {}, "r");
  net.node("Identity", {"r"}, {}, "y");
  net.node("Neg", {also.empty() ? "x" : also}, {}, "other");
  net.output("y", {-1, 4, -1, -1});
  return net.model();
}

TEST_CASE("passes: batch norm and activation go into the convolution") {
  const Graph graph(network());
  CHECK(graph.plan({"x"}, {"y"}).ops() == Ops{"Conv", "Identity"});
  CHECK(graph.plan({"x"}, {"r"}).ops() == Ops{"Conv"});
  CHECK(graph.plan({"x"}, {"c", "r"}).ops() == Ops{"Conv", "BatchNormalization", "Relu"});
  CHECK(graph.plan({"c"}, {"r"}).ops() == Ops{"BatchNormalization", "Relu"});
  const Tensor x = normal({2, 6, 5, 3});
  const Tensor folded = graph.run({{"x", x}}, {"r"})[0];
  const Tensor plain = graph.run({{"x", x}}, {"c", "b", "r"})[2];
  CHECK(largest_difference(folded, plain) < 1e-6);
}

// PyTorch writes training_mode = 0 from opset 14 on.
TEST_CASE("passes: an attribute that says what is so anyway keeps nothing from folding") {
  for (const Index training : {0, 1}) {
    Model model = network();
    for (graph::Node& node : model.nodes)
      if (node.op == "BatchNormalization") {
        node.attributes["training_mode"] = training;
        node.attributes["spatial"] = Index{1};
      }
    const Graph graph(std::move(model));
    const Ops folded{"Conv"}, kept{"Conv", "BatchNormalization", "Relu"};
    CHECK(graph.plan({"x"}, {"r"}).ops() == (training ? kept : folded));
  }
}

TEST_CASE("passes: what has a second reader stays") {
  for (const char* also : {"c", "b"}) {
    const Graph graph(network(also));
    const Ops ops = graph.plan({"x"}, {"r", "other"}).ops();
    CHECK(std::count(ops.begin(), ops.end(), "Relu") == 1);
    CHECK(std::count(ops.begin(), ops.end(), "BatchNormalization") == (also[0] == 'c'));
    const auto results = graph.run({{"x", normal({1, 4, 4, 3})}}, {"r", "other"});
    CHECK(results[1].size() == results[0].size());
  }
}

// x -> AveragePool a -> Conv c -> Relu y
Model averaging(Index out, const std::map<std::string, Attribute>& pool, Index kernel = 1) {
  seed(12);
  Builder net;
  net.input("x", {-1, 6, -1, -1});
  net.node("AveragePool", {"x"}, pool, "a");
  net.node("Conv",
           {"a", net.constant("w", normal({out, 6, kernel, kernel})),
            net.constant("bias", normal({out}))},
           {}, "c");
  net.node("Relu", {"c"}, {}, "y");
  net.output("y", {-1, out, -1, -1});
  return net.model();
}

TEST_CASE("passes: an average comes after a convolution of single pixels to fewer channels") {
  using Numbers = std::vector<Index>;
  const Ops late{"Conv", "AveragePool"}, early{"AveragePool", "Conv"};
  const Tensor x = normal({2, 7, 5, 6});
  for (const Index count_padding : {0, 1}) {
    const std::map<std::string, Attribute> same{{"kernel_shape", Numbers{3, 3}},
                                                {"pads", Numbers{1, 1, 1, 1}},
                                                {"count_include_pad", count_padding}};
    const Graph graph(averaging(4, same));
    CHECK(graph.plan({"x"}, {"y"}).ops() == late);
    CHECK(graph.plan({"x"}, {"a", "y"}).ops() == early);  // asked for by name
    CHECK(largest_difference(graph.run({{"x", x}}, {"y"})[0],
                             graph.run({{"x", x}}, {"a", "y"})[1]) < 2e-6);
    CHECK(Graph(averaging(6, same)).plan({"x"}, {"y"}).ops() == early);     // not fewer
    CHECK(Graph(averaging(4, same, 3)).plan({"x"}, {"y"}).ops() == early);  // not single pixels
  }
  const std::map<std::string, Attribute> smaller{{"kernel_shape", Numbers{3, 3}}},
      automatic{{"kernel_shape", Numbers{3, 3}}, {"auto_pad", std::string("SAME_UPPER")}},
      strided{{"kernel_shape", Numbers{3, 3}},
              {"strides", Numbers{2, 2}},
              {"pads", Numbers{1, 1, 1, 1}}};
  CHECK(Graph(averaging(4, smaller)).plan({"x"}, {"y"}).ops() == early);  // fewer pixels after it
  CHECK(Graph(averaging(4, automatic)).plan({"x"}, {"y"}).ops() == late);
  CHECK(Graph(averaging(4, strided)).plan({"x"}, {"y"}).ops() == early);
}

TEST_CASE("passes: all plans of an ONNX graph share one copy of the kernels") {
  const Graph graph =
      Graph::parse(write_onnx(averaging(4, {{"kernel_shape", std::vector<Index>{2, 2}}}, 3)), "f");
  const Value& kernel = graph.model().constants.at("w");
  CHECK(kernel.shape() == Shape{4, 6, 3, 3});
  CHECK(kernel.channels_last());
  CHECK(kernel.tensor().values() == averaging(4, {}, 3).constants.at("w").tensor().values());
}

TEST_CASE("passes: constants are computed once, and can be asked for and fed") {
  Builder net;
  net.constant("a", Tensor::from({2}, {1, 2}));
  net.node("Add", {"a", "a"}, {}, "b");
  net.node("Exp", {"b"}, {}, "c");
  net.output("c", {2});
  const Graph graph(net.model());
  CHECK(graph.plan({}, {"c", "b"}).steps() == 0);
  CHECK(graph.run({}, {"b"})[0].values() == std::vector<Real>{2, 4});
  CHECK(graph.run({{"a", Tensor::from({2}, {3, 4})}}, {"b"})[0].values() ==
        std::vector<Real>{6, 8});
}

TEST_CASE("passes: a model written and read again is the same") {
  const Model model = network();
  const Graph before(model), after = Graph::parse(write_onnx(model), "again.onnx");
  const Tensor x = normal({2, 6, 5, 3});
  CHECK(before(x).values() == after(x).values());
  CHECK(write_onnx(model) == write_onnx(read_onnx(write_onnx(model), "again.onnx")));
}

}  // namespace
