// What a graph determines about itself, and the preprocessing of images.
#include "gan/metrics/classifier.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "engine/file.h"
#include "engine/graph/onnx.pb.h"
#include "engine/graph/write_onnx.h"
#include "engine/ops/matmul.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "gan/metrics/sha256.h"
#include "tests/datasets/scratch.h"
#include "tests/gan/metrics/small_head.h"
#include "tests/graph/compare.h"
#include "tests/graph/inception.h"

namespace {

using namespace gan::metrics;
using engine::Tensor;
using engine::graph::Builder;
using engine::graph::Model;

using Extents = std::vector<Index>;

// Whatever `front` makes of the images, averaged over each, times the weights, plus the bias.
using Front = std::function<std::string(Builder&, const std::string&)>;
Builder small_net(const Extents& input, const Front& front = {},
                  engine::graph::Type type = engine::graph::Type::float32) {
  Builder net;
  std::string x = net.input("images", input, type);
  if (front) x = front(net, x);
  x = net.node("Flatten", {net.node("GlobalAveragePool", {x})}, {}, "pool");
  net.node("Gemm", {x, net.constant("w", kWeights), net.constant("b", kBias)}, {}, "y");
  net.output("y", {-1, 2});
  return net;
}

// In Inception's range where the graph does not say, at the size of the images where it takes any.
Classifier classifier(const Model& model, ClassifierOptions options = {}) {
  const Scratch scratch;
  if (!options.range && !survey(model).range) options.range = Range::inception;
  if (!options.size) options.size.emplace();
  return Classifier(scratch.write("net.onnx", write_onnx(model)), options);
}

Tensor pictures(Index height, Index width) {
  engine::seed(4);
  std::vector<float> values = engine::uniform({3, height, width, 3}, 0, 256).values();
  for (float& x : values) x = std::floor(x);
  return Tensor::from({3, height, width, 3}, values);
}

// The mean of each channel of what the network should have been given.
Tensor averaged(const Tensor& x) { return mean(x, {1, 2}); }

TEST_CASE("classifier: the network of 2015, as a GraphDef and as ONNX") {
  const Scratch scratch;
  const std::string frozen = inception::as_graph_def();
  const std::string pb = scratch.write("2015.pb", frozen);
  const std::string onnx = scratch.write("2015.onnx", write_onnx(inception::as_onnx()));
  const Tensor x = pictures(40, 32);
  for (const bool bias : {false, true}) {
    const Classifier a(pb, {.bias = bias}), b(onnx, {.bias = bias});
    CHECK(a.sha256() == Sha256::of(frozen));
    CHECK(a.found().input == "ExpandDims");
    for (const Classifier* net : {&a, &b}) {
      CHECK(net->range().range == ValueRange{.range = Range::bytes});
      CHECK(net->range().why == "the graph brings them to -1..1");
      CHECK(net->bias() == (bias ? Bias::included : Bias::left_out));
    }
    CHECK(a.found().convolutions == 94);
    CHECK(a.found().kernel_weights == b.found().kernel_weights);
    CHECK(a.found().resize == "linear, asymmetric");
    CHECK(a.preprocessing() == b.preprocessing());
    CHECK(a.features() == "pool_3");
    CHECK(b.features() == "features");
    CHECK(a.logits() == (bias ? "softmax/logits" : "softmax/logits/MatMul"));
    const Answers p = a(x), q = b(x);
    CHECK(p.features.shape() == engine::Shape{3, inception::kFeatures});
    CHECK(p.logits.shape() == engine::Shape{3, inception::kClasses});
    CHECK(largest_difference(p.features, q.features) < 1e-5);
    CHECK(largest_difference(p.logits, q.logits) < 1e-5);
  }
  // The names of TensorFlow, and any other value.
  const Classifier other(pb, {.features = "softmax:0", .logits = "softmax/logits:0"});
  CHECK(sum(other(x).features).item() == doctest::Approx(3));
  CHECK(other.bias() == Bias::included);
  CHECK(says(complaint([&] { Classifier(pb, {.logits = "softmax:0"}); }),
             "'softmax' holds probabilities", "--logits softmax/logits"));
}

TEST_CASE("classifier: a bias that is part of the product is left out, or not") {
  const Classifier with = classifier(small_net({-1, 3, 8, 8}).model(), {.bias = true}),
                   without = classifier(small_net({-1, 3, 8, 8}).model(), {.bias = false}),
                   usual = classifier(small_net({-1, 3, 8, 8}).model());
  CHECK(usual.bias() == Bias::included);  // not Inception: as the network has it
  CHECK(without.bias() == Bias::left_out);
  CHECK(usual.ours());
  const Tensor x = pictures(8, 8), expected = matmul((averaged(x) - 128.F) * 0.0078125F, kWeights);
  CHECK(largest_difference(without(x).logits, expected) < 1e-6);
  CHECK(largest_difference(with(x).logits, expected + kBias) < 1e-6);
  CHECK(usual(x).logits.values() == with(x).logits.values());
  CHECK(largest_difference(with(x).features, (averaged(x) - 128.F) * 0.0078125F) < 1e-6);
}

TEST_CASE("classifier: images are brought to the size of the input as TensorFlow 1 does it") {
  const Classifier net = classifier(small_net({-1, 3, 4, 2}).model());
  CHECK(net.preprocessing() == "TensorFlow 1 bilinear to 2x4");
  // From 8x4 to 4x2 every second pixel is taken: no antialiasing, no half pixels.
  const Tensor x = pictures(8, 4), thin = slice(slice(x, 1, 0, 8, 2), 2, 0, 4, 2);
  CHECK(largest_difference(net(x).features, (averaged(thin) - 128.F) * 0.0078125F) < 1e-6);
}

TEST_CASE("classifier: graphs that take images channels last, and turn them first") {
  const auto turned = [](Builder& net, const std::string& x) {
    return net.node("Transpose", {x}, {{"perm", Extents{0, 3, 1, 2}}});
  };
  const auto scaled = [&](Builder& net, const std::string& x) {
    const std::string half = net.constant("half", Tensor::from({1}, {127.5F}));
    return turned(net, net.node("Div", {net.node("Sub", {x, half}), half}));
  };
  const Tensor x = pictures(8, 8);
  const auto logits = [&](const Extents& input, const Front& front, Range range) {
    ClassifierOptions options;
    options.range = range;
    return classifier(small_net(input, front).model(), options)(x).logits;
  };
  const Tensor plain = logits({-1, 3, 8, 8}, {}, Range::bytes);
  CHECK(largest_difference(logits({-1, 8, 8, 3}, turned, Range::bytes), plain) < 1e-6);
  CHECK(largest_difference(logits({-1, -1, -1, -1}, turned, Range::bytes), plain) < 1e-6);
  Model model = small_net({-1, 8, 9, 3}, scaled).model();
  const Survey found = survey(model);
  CHECK(found.channels == 3);
  CHECK(found.height == 8);
  CHECK(found.width == 9);
  REQUIRE(found.range);
  CHECK(found.range->range == ValueRange{.range = Range::bytes});
  CHECK(found.input == "images");
}

TEST_CASE("classifier: without a product the features are what is pooled last") {
  Builder net;
  net.node("GlobalAveragePool", {net.input("images", {-1, 3, 6, 6})}, {}, "pooled");
  net.output("pooled", {-1, 3, 1, 1});
  const Classifier pool = classifier(net.model());
  CHECK(pool.features() == "pooled");
  CHECK(pool.logits().empty());
  CHECK(pool(pictures(6, 6)).features.shape() == engine::Shape{3, 3});
  CHECK_FALSE(pool(pictures(6, 6)).logits.defined());
}

TEST_CASE("classifier: weights in another file are part of its name by content") {
  const Scratch scratch;
  engine::graph::onnx::ModelProto proto;
  proto.ParseFromString(write_onnx(small_net({-1, 3, 8, 8}).model()));
  for (auto& tensor : *proto.mutable_graph()->mutable_initializer()) {
    if (tensor.name() != "w") continue;
    tensor.clear_raw_data();
    tensor.set_data_location(1);
    auto& entry = *tensor.add_external_data();
    entry.set_key("location");
    entry.set_value("net.data");
  }
  const std::string file = scratch.write("net.onnx", proto.SerializeAsString());
  const auto named = [&](float first) {
    std::vector<float> w = kWeights.values();
    w[0] = first;
    scratch.write("net.data", {reinterpret_cast<const char*>(w.data()), w.size() * sizeof(float)});
    const Classifier net(file, {.range = Range::inception});
    return std::pair(net.sha256(), net(pictures(8, 8)).logits.values());
  };
  const auto a = named(1), b = named(2), again = named(1);
  CHECK(a == again);
  CHECK(a.first != b.first);
  CHECK(a.second != b.second);
}

TEST_CASE("classifier: what is no classifier of these images") {
  CHECK(says(complaint([] {
               classifier(small_net({-1, 3, 8, 8}).model(), {.logits = "z"});
             }),
             "net.onnx: no value 'z' in the graph; candidates: 'y' [1, 2], 'pool' [1, 3]"));
  const Classifier net = classifier(small_net({-1, 3, 8, 8}).model());
  CHECK(says(complaint([&] { net(engine::ones({1, 8, 8, 1})); }), "3 channels", "[1, 8, 8, 1]"));
  Builder tokens = small_net({-1, 3, 8, 8}, [](Builder& b, const std::string& x) {
    const std::string shape = b.constant("shape", Extents{0, 3, 64});
    b.node("Reshape", {x, shape}, {}, "tokens");
    return x;
  });
  CHECK(says(complaint([&] { classifier(tokens.model(), {.features = "tokens"})(pictures(8, 8)); }),
             "'tokens' is [3, 3, 64]", "one dimension too many", "--features"));
  Builder line;
  line.node("Relu", {line.input("x", {-1, 3})}, {}, "y");
  line.output("y", {-1, 3});
  CHECK(says(complaint([&] { classifier(line.model()); }), "no input of four axes"));
  Builder unknown = small_net({-1, 3, 8, 8}, [](Builder& b, const std::string& x) {
    return b.node("Foo", {b.node("Bar", {x}, {}, "bar")}, {}, "foo");
  });
  CHECK(says(complaint([&] { classifier(unknown.model()); }), "not supported",
             "Bar (node 'bar'), Foo (node 'foo')"));
  CHECK(says(complaint([] { range_named("0..1.0"); }), "'0..1.0'", "0..255"));
}

}  // namespace
