// The end of a classifier: which values are features and logits, by name and by structure, and
// whether a bias is in them.
#include "gan/metrics/head.h"

#include <doctest/doctest.h>

#include <functional>

#include "engine/file.h"
#include "engine/graph/write_onnx.h"
#include "engine/ops/matmul.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "gan/metrics/classifier.h"
#include "tests/datasets/scratch.h"
#include "tests/gan/metrics/small_head.h"
#include "tests/graph/compare.h"
#include "tests/graph/graph_def.h"
#include "tests/graph/inception.h"
#include "tools/bench/inception_network.h"

namespace {

using namespace gan::metrics;
using engine::Tensor;
using engine::graph::Builder;
using engine::graph::Model;

using Extents = std::vector<Index>;

struct Network {
  Builder net{18};
  std::string x = net.input("x", {-1, 3, 4, 4});

  std::string mean(const Extents& axes, Index keep, const std::string& name = "") {
    return net.node("ReduceMean", {x, net.constant("axes", axes)}, {{"keepdims", keep}}, name);
  }
  std::string weights() { return net.constant("w", kWeights); }
  std::string bias() { return net.constant("b", kBias); }
};

Head head_of(const Network& network) { return find_head(Links(network.net.model())); }

Classifier of_bytes(const Model& model, ClassifierOptions options = {}) {
  const Scratch scratch;
  options.range = Range::bytes;
  return Classifier(scratch.write("net.onnx", write_onnx(model)), options);
}

Tensor small_pictures() {
  engine::seed(4);
  return engine::uniform({3, 4, 4, 3}, 0, 256);
}

TEST_CASE("head: a pool that is a mean over the pixels makes the features") {
  for (const Extents& axes : {Extents{2, 3}, Extents{-1, -2}, Extents{1, 2}}) {
    Network network;
    network.net.node("Squeeze", {network.mean(axes, 1, "pooled")}, {}, "y");
    network.net.output("y", {-1, 3});
    network.net.output("pooled", {-1, 3, 1, 1});
    CHECK(head_of(network).features == "pooled");
    CHECK(head_of(network).logits.empty());
  }
  Network channels;
  channels.net.output(channels.mean({1}, 1, "gray"), {-1, 1, 4, 4});
  channels.net.output("x", {-1, 3, 4, 4});
  CHECK(head_of(channels).features.empty());
}

TEST_CASE("head: literal names come before the structure") {
  Network network;
  network.net.node("Relu", {network.mean({2, 3}, 0)}, {}, "features");
  const std::string inner = network.net.node("Neg", {"features"});
  network.net.node("Gemm", {inner, network.weights(), network.bias()}, {}, "logits");
  network.net.node("Gemm",
                   {"logits", network.net.constant("v", Tensor::from({2, 2}, {1, 0, 0, 1}))}, {},
                   "calibrated");
  network.net.output("calibrated", {-1, 2});
  const Head head = head_of(network);
  CHECK(head.features == "features");
  CHECK(head.logits == "logits");
  REQUIRE(head.product);
  CHECK(head.product->biased == "logits");
  CHECK(head.product->plain.empty());
}

TEST_CASE("head: a frozen graph that ends in pool_3") {
  GraphDefBuilder net;
  const std::string x = net.placeholder("images", {-1, 4, 4, 3});
  net.node("Mean", {x, net.wholes({2}, {1, 2})}, "pool_3");
  net.node("Squeeze", {"pool_3"}, "a");
  net.node("Relu", {"pool_3"}, "b");
  const Model model = engine::graph::read_model(net.bytes(), "net.pb");
  CHECK(find_head(Links(model)).features == "pool_3");
}

// Each way to write x W + b, and what the classifier should find in it.
TEST_CASE("head: the bias is told by the value, not by the option") {
  struct Case {
    const char* way;
    std::function<void(Network&, const std::string& pool)> build;
    std::string plain, biased;
  };
  const std::vector<Case> cases = {
      {"one node",
       [](Network& n, const std::string& pool) {
         n.net.node("Gemm", {pool, n.weights(), n.bias()}, {}, "y");
       },
       "", "y"},
      {"two nodes",
       [](Network& n, const std::string& pool) {
         n.net.node("MatMul", {pool, n.weights()}, {}, "product");
         n.net.node("Add", {n.bias(), "product"}, {}, "y");
       },
       "product", "y"},
      {"twins",
       [](Network& n, const std::string& pool) {
         n.net.node("Gemm", {pool, n.weights(), n.bias()}, {}, "y");
         n.net.node("MatMul", {pool, "w"}, {}, "unbiased");
         n.net.output("unbiased", {-1, 2});
       },
       "unbiased", "y"},
      {"reshaped between",
       [](Network& n, const std::string& pool) {
         n.net.node("MatMul", {pool, n.weights()}, {}, "product");
         const std::string as_is = n.net.constant("shape", Extents{-1, 2});
         n.net.node("Add", {n.net.node("Reshape", {"product", as_is}), n.bias()}, {}, "y");
       },
       "product", "y"},
      {"no bias",
       [](Network& n, const std::string& pool) {
         n.net.node("MatMul", {pool, n.weights()}, {}, "y");
       },
       "y", ""},
  };
  const Tensor x = small_pictures(), product = matmul(mean(x, {1, 2}), kWeights);
  for (const Case& each : cases) {
    CAPTURE(each.way);
    Network network;
    each.build(network, network.mean({2, 3}, 0));
    network.net.output("y", {-1, 2});
    const Model& model = network.net.model();
    const bool any = !each.biased.empty();
    const auto scores = [&](const ClassifierOptions& options, Bias bias) {
      const Classifier net = of_bytes(model, options);
      CHECK(net.bias() == bias);
      CHECK(largest_difference(net(x).logits, bias == Bias::included ? product + kBias : product) <
            1e-5);
    };
    scores({}, any ? Bias::included : Bias::absent);
    scores({.bias = false}, any ? Bias::left_out : Bias::absent);
    scores({.logits = "y"}, any ? Bias::included : Bias::absent);
    scores({.logits = "y", .bias = false}, any ? Bias::left_out : Bias::absent);
    if (any) scores({.logits = "y", .bias = true}, Bias::included);
    if (any && !each.plain.empty()) {
      scores({.logits = each.plain}, Bias::left_out);
      scores({.logits = each.plain, .bias = true}, Bias::included);
    }
    if (!any) CHECK_THROWS_AS(of_bytes(model, {.bias = true}), BadOption);
  }
}

TEST_CASE("head: where the value is no product, an option about the bias is refused") {
  Network network;
  const std::string y =
      network.net.node("Gemm", {network.mean({2, 3}, 0), network.weights(), network.bias()});
  network.net.output(network.net.node("Tanh", {y}, {}, "bounded"), {-1, 2});
  const Model& model = network.net.model();
  CHECK(of_bytes(model, {.logits = "bounded"}).bias() == Bias::unknown);
  for (const bool bias : {false, true})
    CHECK_THROWS_WITH_AS(of_bytes(model, {.logits = "bounded", .bias = bias}),
                         doctest::Contains("cannot be honored: 'bounded'"), BadOption);
}

TEST_CASE("head: a last layer that is a 1x1 convolution of what is pooled") {
  Network network;
  const std::string pool = network.net.node("GlobalAveragePool", {network.x});
  const std::string kernel =
      network.net.kernel("k", Tensor::from({2, 1, 1, 3}, {1, 0.5F, -1, -2, 4, 3}));
  network.net.node("Conv", {pool, kernel, network.bias()}, {}, "y");
  network.net.output("y", {-1, 2, 1, 1});
  const Tensor x = small_pictures(), product = matmul(mean(x, {1, 2}), kWeights);
  const Classifier with = of_bytes(network.net.model()),
                   without = of_bytes(network.net.model(), {.bias = false});
  CHECK(with.features() == pool);
  CHECK(largest_difference(with(x).logits, product + kBias) < 1e-5);
  CHECK(largest_difference(without(x).logits, product) < 1e-5);
}

TEST_CASE("head: values with pixels are averaged over them, wherever their channels are") {
  Network network;
  network.net.node("Relu", {network.x}, {}, "first");
  network.net.output(
      network.net.node("Transpose", {"first"}, {{"perm", Extents{0, 2, 3, 1}}}, "last"),
      {-1, 4, 4, 3});
  const Tensor x = small_pictures();
  for (const char* name : {"first", "last"}) {
    const Classifier net = of_bytes(network.net.model(), {.features = name});
    CHECK(net.is_pooled(name));
    CHECK(largest_difference(net(x).features, mean(x, {1, 2})) < 1e-6);
  }
}

TEST_CASE("head: where nothing is found the candidates are listed with their shapes") {
  Network network;
  network.net.output(network.net.node("Relu", {network.x}, {}, "a"), {-1, 3, 4, 4});
  network.net.output(network.net.node("Flatten", {"a"}, {}, "b"), {-1, 48});
  CHECK(says(complaint([&] { of_bytes(network.net.model()); }), "neither features nor logits",
             "'a' [1, 3, 4, 4], 'b' [1, 48]", "--features"));
}

TEST_CASE("head: Inception's features by the numbers of pytorch-fid") {
  const Model onnx = inception::as_onnx();
  const Links links(onnx);
  const engine::graph::Graph graph =
      engine::graph::Graph::parse(write_onnx(onnx), "inception.onnx");
  engine::seed(4);
  const Tensor x = engine::uniform({1, 40, 40, 3}, 0, 255);
  for (const Index width : {64, 192, 768, 2048}) {
    const std::string value = inception_features(links, std::to_string(width));
    REQUIRE(!value.empty());
    CHECK(graph.run({{"images", x}}, {value})[0].dim(-1) == width / inception::kFraction);
  }
  CHECK(inception_features(links, "512").empty());
  const Model frozen = engine::graph::read_model(inception::as_graph_def(), "frozen.pb");
  CHECK(inception_features(Links(frozen), "64") == "pool");
  CHECK(inception_features(Links(frozen), "192") == "pool_1");
  CHECK(inception_features(Links(frozen), "768") == "mixed_7/join");
  CHECK(inception_features(Links(frozen), "2048") == "pool_3");
}

}  // namespace
