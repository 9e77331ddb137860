// The rows of the op table, a tiny graph for each family, against the engine or numbers by hand.
// ONNX's own cases (tools/onnx_conformance) try each row far more widely.
#include <doctest/doctest.h>

#include "engine/functions.h"
#include "engine/graph/graph.h"
#include "engine/graph/ops/table.h"
#include "engine/graph/write_onnx.h"
#include "engine/ops/conv.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/pool.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "tests/graph/compare.h"

namespace {

using namespace engine;
using namespace engine::graph;
using Attributes = std::map<std::string, Attribute>;

const Tensor kImage = [] {  // NHWC
  seed(5);
  return normal({2, 5, 6, 4});
}();

// The graph of one node, read back from its bytes.
Graph one_node(const std::string& op, std::vector<std::string> more, const Attributes& attributes,
               Builder net = Builder()) {
  std::vector<std::string> inputs{net.input("x", {-1, 4, -1, -1})};
  inputs.insert(inputs.end(), more.begin(), more.end());
  net.output(net.node(op, inputs, attributes, "y"), {});
  net.model().outputs[0].any_shape = true;
  return Graph::parse(write_onnx(net.model()), op);
}

Tensor run(const std::string& op, const Attributes& attributes = {}) {
  return one_node(op, {}, attributes)(kImage);
}

std::vector<Index> list(std::initializer_list<Index> numbers) { return numbers; }

TEST_CASE("graph ops: images stay channels last through a whole network") {
  Builder net;
  const Tensor w = normal({8, 3, 3, 4}), u = normal({8, 2, 2, 5});
  std::string x = net.input("x", {-1, 4, -1, -1});
  x = net.node("Conv", {x, net.kernel("w", w)},
               {{"pads", list({1, 2, 1, 0})}, {"strides", list({2, 1})}});
  x = net.node("LeakyRelu", {x}, {{"alpha", 0.2f}});
  x = net.node("ConvTranspose", {x, net.kernel("u", u)}, {{"strides", list({2, 2})}});
  x = net.node("Mul", {x, net.constant("per channel", normal({5, 1, 1}))});
  x = net.node("Tanh", {x});
  net.output(x, {-1, 5, -1, -1});
  const Graph graph = Graph::parse(write_onnx(net.model()), "net.onnx");
  const Tensor scale = Tensor::view(net.model().constants.at("per channel").tensor(), 0, {5});
  const ConvOptions uneven{.stride = {2, 1}, .padding = {1, 1, 2, 0}};
  const Tensor y = tanh(
      conv2d_transpose(leaky_relu(conv2d(kImage, w, uneven), Real(0.2)), u, {.stride = 2}) * scale);
  CHECK(largest_difference(graph(kImage), y) < 1e-6);
  const Value value = graph.run_values({{"x", Value::image(kImage)}})[0];
  CHECK(value.channels_last());
  CHECK(value.shape() == Shape{2, 5, y.dim(1), y.dim(2)});
}

TEST_CASE("graph ops: pools") {
  const Attributes window{
      {"kernel_shape", list({3, 2})}, {"strides", list({2, 1})}, {"pads", list({1, 0, 1, 1})}};
  const PoolOptions options{
      .kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 1, 0, 1}, .count_padding = false};
  CHECK(largest_difference(run("MaxPool", window), max_pool(kImage, options)) == 0);
  CHECK(largest_difference(run("AveragePool", window), average_pool(kImage, options)) < 1e-6);
  Attributes counted = window;
  counted["count_include_pad"] = Index{1};
  PoolOptions all = options;
  all.count_padding = true;
  CHECK(largest_difference(run("AveragePool", counted), average_pool(kImage, all)) < 1e-6);
  CHECK(run("GlobalAveragePool").shape() == Shape{2, 1, 1, 4});
}

TEST_CASE("graph ops: pools that the engine has no kernel for agree with those it has") {
  // A dilation of 1 by name and of 2 on every second pixel are the same windows.
  const Tensor spread = place(place(kImage, 1, 0, 9, 2), 2, 0, 11, 2) +
                        place(place(kImage, 1, 0, 9, 2), 2, 0, 11, 2) * 0;
  const Attributes plain{{"kernel_shape", list({2, 3})}};
  const Attributes dilated{
      {"kernel_shape", list({2, 3})}, {"dilations", list({2, 2})}, {"strides", list({2, 2})}};
  const Tensor a = one_node("MaxPool", {}, plain)(kImage);
  const Tensor b = one_node("MaxPool", {}, dilated)(spread);
  CHECK(largest_difference(a, b) == 0);
}

TEST_CASE("graph ops: moving what lies channels last") {
  CHECK(largest_difference(run("Flatten"), flatten(permute(kImage, {0, 3, 1, 2}))) == 0);
  const Attributes whole{{"perm", list({0, 2, 3, 1})}};
  CHECK(largest_difference(
            one_node("Transpose", {}, whole).run_values({{"x", Value::image(kImage)}})[0].tensor(),
            kImage) == 0);
  Builder net;
  const std::string starts = net.constant("starts", list({-2, 1})),
                    ends = net.constant("ends", list({9, -1})),
                    axes = net.constant("axes", list({1, 3}));
  const Graph slices = one_node("Slice", {starts, ends, axes}, {}, net);
  CHECK(largest_difference(slices(kImage), slice(slice(kImage, 3, 2, 4), 2, 1, 5)) == 0);
  Builder pads;
  const std::string amounts = pads.constant("pads", list({0, 1, 0, 2, 0, 0, 1, 0}));
  const Graph padded = one_node("Pad", {amounts}, {}, pads);
  CHECK(largest_difference(padded(kImage), pad(pad(pad(kImage, 3, 1, 0), 2, 2, 0), 1, 0, 1)) == 0);
}

TEST_CASE("graph ops: reductions and softmax name axes in the file's order") {
  const Attributes space{{"axes", list({2, 3})}, {"keepdims", Index{0}}};
  Builder old(12);
  CHECK(largest_difference(one_node("ReduceMean", {}, space, old)(kImage), mean(kImage, {1, 2})) <
        1e-6);
  CHECK(largest_difference(run("Softmax", {{"axis", Index{1}}}), softmax(kImage, 3)) < 1e-6);
  // Before opset 13 everything from the axis on was one.
  const Tensor rows = softmax(flatten(permute(kImage, {0, 3, 1, 2})), 1);
  const Tensor got = one_node("Softmax", {}, {{"axis", Index{1}}}, old)(kImage);
  CHECK(largest_difference(flatten(permute(got, {0, 3, 1, 2})), rows) < 1e-6);
}

TEST_CASE("graph ops: shapes are computed on the host, exactly") {
  Builder net;
  const std::string x = net.input("x", {-1, -1, -1, -1});
  const std::string shape = net.node("Shape", {x});
  const std::string batch =
      net.node("Gather", {shape, net.constant("0", Value(Shape{}, Whole{0}))});
  const std::string row = net.node("Unsqueeze", {batch, net.constant("axis", list({0}))});
  const std::string wanted =
      net.node("Concat", {row, net.constant("-1", list({-1}))}, {{"axis", Index{0}}});
  net.output(net.node("Reshape", {x, wanted}, {}, "y"), {-1, -1});
  net.output(net.node("Mul", {shape, net.constant("large", list({1'000'000'007}))}, {}, "z"), {4},
             Type::int64);
  const Graph graph{net.model()};
  CHECK(graph.run({{"x", kImage}}, {"y"})[0].shape() == Shape{2, 120});
  CHECK(graph.run_values({{"x", Value::image(kImage)}}, {"z"})[0].whole() ==
        Whole{2'000'000'014, 4'000'000'028, 5'000'000'035, 6'000'000'042});
}

TEST_CASE("graph ops: every op has one row, and names are ONNX's") {
  CHECK(find_operator("Conv") != nullptr);
  CHECK(find_operator("Convolution") == nullptr);
}

}  // namespace
