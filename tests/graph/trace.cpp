// Functions of tensors written as ONNX and read again: the same numbers, for batches of any size.
#include "engine/graph/trace.h"

#include <doctest/doctest.h>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "engine/graph/write_onnx.h"
#include "layers/layers.h"
#include "tests/cases/case.h"
#include "tests/datasets/scratch.h"
#include "tests/graph/compare.h"

namespace {

using namespace engine;
using graph::Graph;
using graph::Model;
using Function = std::function<Tensor(const Tensor&)>;

// The same ops on the same numbers, save that scales and biases are folded into weights: a few
// roundings of 6e-8 a layer.
constexpr double kRounding = 1e-6;

Graph written(const Model& model) { return Graph::parse(graph::write_onnx(model), "written"); }

Tensor batch(Shape shape, Index n) {
  shape[0] = n;
  return normal(shape);
}

void same_when_read_again(const Function& function, const Shape& input) {
  const Graph again = written(graph::trace(function, input));
  for (const Index n : {1, 2, 5}) {
    CAPTURE(n);
    const Tensor x = batch(input, n), wanted = function(x), got = again(x);
    CHECK(got.shape() == wanted.shape());
    CHECK(largest_difference(got, wanted) < kRounding);
  }
}

std::vector<std::string> ops(const Model& model) {
  std::vector<std::string> names;
  for (const graph::Node& node : model.nodes) names.push_back(node.op);
  return names;
}

TEST_CASE("trace: every layer and every constraint of the list of cases") {
  for (const tests::Case& c : tests::cases()) {
    if (!c.module || c.name.starts_with("Cones")) continue;  // which are not exported: cones.h
    const bool of_classes = c.name.starts_with("Class") || c.name.starts_with("Projection");
    if (of_classes && !c.name.ends_with("all of one class")) continue;  // a graph has one class
    CAPTURE(c.name);
    tests::Instance instance(c);
    const layers::Eval evaluate;
    same_when_read_again([&](const Tensor& x) { return instance.module()(x); }, c.inputs[0]);
  }
}

TEST_CASE("trace: ops by themselves, on images and on rows") {
  const std::vector<std::pair<const char*, Function>> functions = {
      {"softmax", [](const Tensor& x) { return softmax(x); }},
      {"log_softmax", [](const Tensor& x) { return log_softmax(x); }},
      {"arithmetic",
       [](const Tensor& x) { return (1 - x) * x / (2 + square(x)) + 3 / (4 + abs(x)) - x / 7; }},
      {"functions",
       [](const Tensor& x) {
         return exp(-square(x)) + log1p(abs(x)) + rsqrt(square(x) + 1) + sin(x) * cos(x) +
                power(square(x) + 1, 0.3F) + log(sqrt(reciprocal(square(x) + 1)));
       }},
      {"conditions",
       [](const Tensor& x) {
         return step(x) + sign(x) + clamp(x, -0.5F, 0.3F) + elu(x, 0.7F) + greater(x, square(x)) +
                equal(x, abs(x)) + maximum(x, -x) * minimum(x, 2 * x);
       }},
      {"a constant per channel",
       [](const Tensor& x) {
         return x * full({x.dim(-1)}, 3) + full({1, x.dim(-1)}, 2);
       }},
      {"slices", [](const Tensor& x) { return slice(x, -1, 1, 4, 2) + slice(x, -1, 0, 4, 2); }},
      {"flip", [](const Tensor& x) { return x - flip(x, -1); }},
      {"padding", [](const Tensor& x) { return pad(x, -1, 2, 1, 0.5F); }},
      {"parts",
       [](const Tensor& x) {
         return concat({x, relu(x), -x}, -1);
       }},
      {"sums", [](const Tensor& x) { return x - sum(x, {-1}, true) + max(x, {-1}, true); }},
      {"within NoGrad",
       [](const Tensor& x) {
         const NoGrad constant;
         return square(x) + 1;
       }},
  };
  for (const auto& [name, function] : functions) {
    CAPTURE(name);
    same_when_read_again(function, {1, 4});
    same_when_read_again(function, {1, 3, 2, 4});
    // The same where ONNX's order of axes is at hand.
    same_when_read_again([&](const Tensor& x) { return function(average_pool(x)); }, {1, 6, 4, 4});
  }
  same_when_read_again([](const Tensor& x) { return permute(x, {0, 2, 1, 3}); }, {1, 2, 3, 4});
  same_when_read_again([](const Tensor& x) { return flip(average_pool(x), 2); }, {1, 4, 6, 3});
  same_when_read_again(
      [](const Tensor& x) { return average_pool(pad(pad(x, 1, 1, 0), 2, 0, 2, 1.5F)); },
      {1, 5, 4, 2});
  same_when_read_again(
      [](const Tensor& x) {
        return average_pool(x, {.kernel = 3, .stride = 2, .padding = 1, .count_padding = false});
      },
      {1, 6, 5, 2});
  same_when_read_again(
      [](const Tensor& x) { return max_pool(x, {.kernel = 3, .stride = 2, .padding = 1}); },
      {1, 6, 5, 2});
  const Tensor table = normal({5, 3});
  same_when_read_again([&](const Tensor& x) { return gather(table, reshape(2 + sign(x), {-1})); },
                       {1, 1});
}

TEST_CASE("trace: a network is written as its users expect: one node a layer, no turning about") {
  using namespace layers;
  const Eval evaluate;
  Sequential net = {Conv2d(3, 4, {.padding = 1, .activation = Activation::relu}, SpectralNorm{}),
                    MaxPool{},
                    Conv2d(4, 4, {.padding = 1}),
                    BatchNorm(4),
                    Relu{},
                    UpsampleNearest{},
                    GlobalAveragePool{},
                    Linear(4, 2)};
  const Model model = graph::trace([&](const Tensor& x) { return net(x); }, {1, 8, 8, 3});
  CHECK(ops(model) == std::vector<std::string>{"Conv", "Relu", "MaxPool", "Conv", "Relu", "Resize",
                                               "ReduceSum", "Reshape", "Mul", "Gemm"});
  CHECK(model.inputs.size() == 1);
  CHECK(model.inputs[0].name == "input");
  CHECK(model.inputs[0].extents == std::vector<Index>{-1, 3, 8, 8});
  CHECK(model.outputs[0].name == "output");
  CHECK(model.outputs[0].extents == std::vector<Index>{-1, 2});
}

TEST_CASE("trace: the same bytes every time, and the random numbers are left alone") {
  const layers::Linear layer(3, 2);
  const auto bytes = [&] { return graph::write_onnx(graph::trace(layers::Linear(layer), {1, 3})); };
  const RandomState before = random_state();
  CHECK(bytes() == bytes());
  CHECK(random_state() == before);
}

TEST_CASE("trace: what cannot be written is refused in one line") {
  const auto refusal = [](const Function& function, const Shape& input = {1, 4}) {
    return complaint([&] { graph::trace(function, input); });
  };
  CHECK(says(refusal([](const Tensor& x) { return place(x, 1, 1, 9, 2); }), "export", "place",
             "[2, 4]", "no counterpart"));
  CHECK(says(refusal([](const Tensor& x) { return x - mean(x, {0}, true); }), "size of the batch"));
  CHECK(says(refusal([](const Tensor& x) { return sum(x, {0}); }), "batch"));
  CHECK(says(refusal([](const Tensor& x) { return x + x.values()[0]; }), "size of the batch"));
  CHECK(says(
      refusal([](const Tensor& x) { return x + Tensor::from({4}, slice(x, 0, 0, 1).values()); }),
      "unrecorded"));
  CHECK(says(refusal([](const Tensor&) { return ones({2, 2}); }), "does not depend on the input"));
  CHECK(says(refusal([](const Tensor& x) { return x.dim(0) == 2 ? relu(x) : tanh(x); }),
             "batch of 2", "batch of 3"));
}

TEST_CASE("ONNX: what a file says of itself is kept") {
  Model model = graph::trace([](const Tensor& x) { return relu(x); }, {1, 4});
  model.metadata = {{"author", "me"}, {"step", "12"}};
  CHECK(written(model).model().metadata == model.metadata);
}

}  // namespace
