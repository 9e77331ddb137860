// Fronts: preprocessing before the first layer, as written by exporters and people, and the input
// range read from it.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/file.h"
#include "engine/graph/write_onnx.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "gan/metrics/classifier.h"
#include "tests/datasets/scratch.h"
#include "tests/graph/compare.h"
#include "tests/graph/graph_def.h"

namespace {

using namespace gan::metrics;
using engine::Tensor;
using engine::graph::Builder;
using engine::graph::Type;

using Extents = std::vector<Index>;
using Floats = std::vector<float>;

Tensor front_pictures() {
  engine::seed(4);
  std::vector<float> values = engine::uniform({2, 8, 8, 3}, 0, 256).values();
  for (float& x : values) x = std::floor(x);
  return Tensor::from({2, 8, 8, 3}, values);
}

Tensor colors(const Floats& numbers) {
  return Tensor::from({static_cast<Index>(numbers.size())}, numbers);
}

// A builder whose constants are named by number, with what fronts are made of; NCHW.
struct Onnx {
  Builder net;
  std::string x = {};
  int constants = 0;

  explicit Onnx(const Extents& input, Type type = Type::float32) {
    x = net.input("x", input, type);
  }
  std::string fresh() { return "c" + std::to_string(constants++); }
  std::string wholes(const Extents& numbers) { return net.constant(fresh(), numbers); }
  std::string numbers(const Floats& values) {
    const auto n = static_cast<Index>(values.size());
    return net.constant(fresh(),
                        n == 1 ? engine::scalar(values[0]) : Tensor::from({1, n, 1, 1}, values));
  }
  Onnx& with(const std::string& op, const Floats& values) {
    x = net.node(op, {x, numbers(values)});
    return *this;
  }
  Onnx& op(const std::string& op, std::map<std::string, engine::graph::Attribute> attributes = {}) {
    x = net.node(op, {x}, std::move(attributes));
    return *this;
  }
  Onnx& swap_by_gather() {
    x = net.node("Gather", {x, wholes({2, 1, 0})}, {{"axis", Index{1}}});
    return *this;
  }
  Onnx& swap_by_slices() {
    std::vector<std::string> parts;
    for (const Index i : {2, 1, 0})
      parts.push_back(net.node("Slice", {x, wholes({i}), wholes({i + 1}), wholes({1})}));
    x = net.node("Concat", parts, {{"axis", Index{1}}});
    return *this;
  }
  Onnx& swap_by_negative_slice() {
    x = net.node("Slice", {x, wholes({-1}), wholes({-9}), wholes({1}), wholes({-1})});
    return *this;
  }
  // torchvision's transform_input: from ImageNet's deviations to -1..1, channel by channel.
  Onnx& transform_input() {
    const float mean[] = {0.485F, 0.456F, 0.406F}, deviation[] = {0.229F, 0.224F, 0.225F};
    std::vector<std::string> parts;
    for (Index i = 0; i < 3; ++i) {
      const std::string at = net.constant(fresh(), engine::graph::Value(engine::Shape{}, {i}));
      std::string part = net.node("Gather", {x, at}, {{"axis", Index{1}}});
      part = net.node("Unsqueeze", {part, wholes({1})});
      part = net.node("Mul", {part, numbers({deviation[i] / 0.5F})});
      parts.push_back(net.node("Add", {part, numbers({(mean[i] - 0.5F) / 0.5F})}));
    }
    x = net.node("Concat", parts, {{"axis", Index{1}}});
    return *this;
  }
  // x[:, [2, 1, 0]] as PyTorch's newer exporter writes it.
  Onnx& swap_by_gather_nd() {
    const std::string at = net.constant(
        fresh(), engine::graph::Value(engine::Shape{3, 1}, engine::graph::Whole{2, 1, 0}));
    op("Transpose", {{"perm", Extents{1, 0, 2, 3}}});
    x = net.node("GatherND", {x, at});
    return op("Transpose", {{"perm", Extents{1, 0, 2, 3}}});
  }
  Onnx& conv(const Floats& matrix, const Floats& bias) {
    const std::string kernel = net.constant(fresh(), Tensor::from({3, 3, 1, 1}, matrix));
    x = net.node("Conv", {x, kernel, net.constant(fresh(), colors(bias))});
    return *this;
  }
  Onnx& norm(const Floats& gain, const Floats& offset, const Floats& mean, const Floats& variance) {
    std::vector<std::string> inputs = {x};
    for (const Floats& each : {gain, offset, mean, variance})
      inputs.push_back(net.constant(fresh(), colors(each)));
    x = net.node("BatchNormalization", inputs, {{"epsilon", 1e-5F}});
    return *this;
  }
  // The first layer, from which on nothing is looked at, and an end.
  engine::graph::Model& model() {
    engine::seed(9);
    const std::string kernel = net.kernel(fresh(), engine::normal({4, 3, 3, 3}));
    const std::string y = net.node("Conv", {x, kernel}, {{"pads", Extents{1, 1, 1, 1}}}, "first");
    net.node("Flatten", {net.node("GlobalAveragePool", {net.node("Relu", {y})})}, {}, "y");
    net.output("y", {-1, 4});
    return net.model();
  }
};

const Extents kSmall{-1, 3, 8, 8};
const Floats kMean = {0.485F, 0.456F, 0.406F}, kDeviation = {0.229F, 0.224F, 0.225F};
const Floats kCaffe = {104, 117, 123}, kKeras = {103.939F, 116.779F, 123.68F};
const Floats kRgb = {123.675F, 116.28F, 103.53F}, kRgbDeviation = {58.395F, 57.12F, 57.375F};

Onnx imagenet_inside(Onnx net) { return net.with("Sub", kMean).with("Div", kDeviation); }

std::optional<ValueRange> range_of(engine::graph::Model& model) {
  const Survey found = survey(model);
  return found.range ? std::optional(found.range->range) : std::nullopt;
}

TEST_CASE("fronts: the range that a graph takes, by what it does before its first layer") {
  struct Case {
    std::string front;
    Onnx net;
    std::optional<ValueRange> range;
  };
  const ValueRange bytes{.range = Range::bytes}, bgr{.range = Range::bytes, .bgr = true},
      unit{.range = Range::unit}, symmetric{.range = Range::symmetric},
      inception{.range = Range::inception};
  const auto net = [] { return Onnx(kSmall); };
  const Floats identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  std::vector<Case> cases = {
      {"nothing", net(), {}},
      {"a cast alone", net().op("Cast", {{"to", Index{1}}}), {}},
      {"a swap alone", net().swap_by_gather(), {}},
      // Caffe: the means of the input's channels tell their order.
      {"104, 117, 123", net().with("Sub", kCaffe), bgr},
      {"added", net().with("Add", {-103.939F, -116.779F, -123.68F}), bgr},
      {"123, 117, 104", net().with("Sub", {123, 117, 104}), bytes},
      {"swap, then 104, 117, 123", net().swap_by_gather().with("Sub", kKeras), bytes},
      {"by slices", net().swap_by_slices().with("Sub", kCaffe), bytes},
      {"by GatherND", net().swap_by_gather_nd().with("Sub", kCaffe), bytes},
      {"by a step of -1", net().swap_by_negative_slice().with("Sub", kCaffe), bytes},
      {"123, 117, 104, then swap", net().with("Sub", {123, 117, 104}).swap_by_slices(), bytes},
      {"a 1x1 convolution", net().conv({0, 0, 1, 0, 1, 0, 1, 0, 0}, {-104, -117, -123}), bytes},
      {"one mean", net().with("Sub", {117}), bytes},
      {"means scaled", net().with("Sub", kKeras).with("Mul", {0.017F}), bgr},
      {"255 times, then means", net().with("Mul", {255}).swap_by_gather().with("Sub", kCaffe),
       unit},
      {"from -1..1", net().with("Add", {1}).with("Mul", {127.5F}).with("Sub", {123, 117, 104}),
       symmetric},
      // Scales.
      {"255 times", net().with("Mul", {255}), unit},
      {"/ 255", net().with("Div", {255}), bytes},
      {"/ 256 - 0.5", net().with("Mul", {1 / 256.F}).with("Sub", {0.5F}), bytes},
      {"2x - 1", net().with("Mul", {2}).with("Sub", {1}), unit},
      {"(x - 0.5) / 0.5", net().with("Sub", {0.5F}).with("Div", {0.5F}), unit},
      {"(x - 127.5) / 127.5", net().with("Sub", {127.5F}).with("Div", {127.5F}), bytes},
      {"x / 127.5 - 1", net().with("Div", {127.5F}).with("Sub", {1}), bytes},
      {"-1 + x / 127.5", net().with("Mul", {1 / 127.5F}).with("Add", {-1}), bytes},
      {"(x + 1) / 2", net().with("Add", {1}).with("Div", {2}), symmetric},
      {"127.5 (x + 1)", net().with("Add", {1}).with("Mul", {127.5F}), symmetric},
      {"128 (x + 1)", net().with("Add", {1}).with("Mul", {128}), inception},
      {"ImageNet behind 128 / 255 (x + 1)",
       imagenet_inside(net().with("Add", {1}).with("Mul", {128 / 255.F})), inception},
      {"x / 128", net().with("Div", {128}), bytes},
      {"twice", net().with("Mul", {2}), {}},
      // Mean and deviation.
      {"ImageNet", imagenet_inside(net()), unit},
      {"ImageNet behind / 255", imagenet_inside(net().with("Div", {255})), bytes},
      {"ImageNet in bytes", net().with("Sub", kRgb).with("Div", kRgbDeviation), bytes},
      {"ImageNet, blue first", net().swap_by_gather().with("Sub", {0.406F, 0.456F, 0.485F}), unit},
      {"its means alone", net().with("Sub", kMean), unit},
      {"another set's", net().with("Sub", {0.4F, 0.5F, 0.45F}).with("Div", {0.3F}), {}},
      {"another set's, red most", net().with("Sub", {0.5F, 0.45F, 0.4F}).with("Div", {0.3F}), unit},
      {"MNIST's", net().with("Sub", {0.1307F}).with("Div", {0.3081F}), unit},
      {"to -1..1 from ImageNet",
       net().with("Mul", {0.458F, 0.448F, 0.45F}).with("Add", {-0.03F, -0.088F, -0.188F}),
       ValueRange{.range = Range::imagenet}},
      {"transform_input", net().transform_input(), ValueRange{.range = Range::imagenet}},
      // A batch norm.
      {"a norm of bytes", net().norm({1, 1, 1}, {0, 0, 0}, kRgb, {3410, 3263, 3292}), bytes},
      {"of 0..1", net().norm({1, 1, 1}, {0, 0, 0}, kMean, {0.0524F, 0.0502F, 0.0506F}), unit},
      {"with gains",
       net().norm({3, -2, 0.1F}, {5, 1, 9}, {0.48F, 0.45F, 0.4F}, {0.06F, 0.06F, 0.07F}), unit},
      {"that changes nothing", net().norm({1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}), {}},
      // With other ops between, and what is no such front.
      {"between",
       net()
           .op("Cast", {{"to", Index{1}}})
           .with("Sub", {123, 117, 104})
           .op("Identity")
           .with("Mul", {0.5F}),
       bytes},
      {"clipped", net().op("Clip", {{"min", 0.F}, {"max", 255.F}}).with("Div", {255}), bytes},
      {"a curve", net().with("Pow", {2}).with("Mul", {255}), {}},
      {"channels mixed", net().conv({0.5F, 0.5F, 0, 0, 1, 0, 0, 0, 1}, {-104, -117, -123}), {}},
      {"whole numbers", Onnx(kSmall, Type::uint8).op("Cast", {{"to", Index{1}}}), bytes},
      {"whole numbers, blue first",
       Onnx(kSmall, Type::uint8).op("Cast", {{"to", Index{1}}}).with("Sub", kCaffe), bgr},
  };
  for (Case& each : cases) {
    CAPTURE(each.front);
    const auto range = range_of(each.net.model());
    CAPTURE(range.has_value());
    if (range) CAPTURE(describe(*range));
    CHECK(range == each.range);
  }
}

// What the first layer sees, in double arithmetic on the host, against what the network makes of
// it.
TEST_CASE("fronts: a network is fed what its graph takes, blue first too") {
  const Scratch scratch;
  const Tensor x = front_pictures();
  const auto seen = [&](Onnx net, const std::string& value, const ClassifierOptions& options = {}) {
    net.net.node("Identity", {net.x}, {}, "seen");
    const Classifier classifier(scratch.write("n.onnx", write_onnx(net.model())), [&] {
      ClassifierOptions o = options;
      o.features = value;
      return o;
    }());
    return classifier(x).features;
  };
  const Tensor means = mean(x, {1, 2}), blue_first = flip(means, 1);
  CHECK(largest_difference(seen(Onnx(kSmall).with("Sub", kCaffe), "seen"),
                           blue_first - colors(kCaffe)) < 1e-5);
  CHECK(largest_difference(seen(Onnx(kSmall).swap_by_gather().with("Sub", kCaffe), "seen"),
                           blue_first - colors(kCaffe)) < 1e-5);
  CHECK(largest_difference(seen(Onnx(kSmall).with("Mul", {255}), "seen"), means) < 1e-5);
  CHECK(largest_difference(seen(imagenet_inside(Onnx(kSmall)), "seen"),
                           (means / 255.F - colors(kMean)) / colors(kDeviation)) < 1e-5);
  // What options say comes before what the graph says.
  CHECK(largest_difference(
            seen(Onnx(kSmall), "seen", {.mean = kMean, .deviation = kDeviation, .bgr = true}),
            flip((means / 255.F - colors(kMean)) / colors(kDeviation), 1)) < 1e-5);
  CHECK(largest_difference(seen(Onnx(kSmall), "seen", {.mean = {123, 117, 104}}),
                           means - colors({123, 117, 104})) < 1e-5);
  CHECK(largest_difference(seen(Onnx(kSmall).with("Sub", kCaffe), "seen", {.bgr = false}),
                           means - colors(kCaffe)) < 1e-5);
  CHECK(largest_difference(seen(Onnx(kSmall).with("Sub", kCaffe), "seen", {.range = Range::unit}),
                           blue_first / 255.F - colors(kCaffe)) < 1e-5);
  // Two ways to -1..1.
  CHECK(largest_difference(seen(Onnx(kSmall), "seen", {.range = Range::symmetric}),
                           means / 127.5F - 1.F) < 1e-5);
  CHECK(largest_difference(seen(Onnx(kSmall), "seen", {.range = Range::inception}),
                           means / 128.F - 1.F) < 1e-5);
}

TEST_CASE("fronts: metadata, ONNX's own and that of train_scorer") {
  const auto range = [](std::map<std::string, std::string> metadata) {
    Onnx net(kSmall);
    net.net.model().metadata = std::move(metadata);
    return range_of(net.model());
  };
  CHECK(range({{"kantor.scorer", "s"}}) == ValueRange{.range = Range::bytes});
  CHECK(range({{"kantor.range", "0..1"}}) == ValueRange{.range = Range::unit});
  CHECK(range({{"Image.NominalPixelRange", "Normalized_1_1"}}) ==
        ValueRange{.range = Range::symmetric});
  CHECK(range({{"Image.NominalPixelRange", "NominalRange_0_255"},
               {"Image.BitmapPixelFormat", "Bgr8"}}) ==
        ValueRange{.range = Range::bytes, .bgr = true});
  CHECK(range({{"Image.NominalPixelRange", "NominalRange_16_235"}}) == std::nullopt);
}

TEST_CASE("fronts: a GraphDef, with TensorFlow's own ops") {
  const auto range = [](GraphDefBuilder& net, const std::string& x) {
    net.node("Conv2D", {x, net.reals({3, 3, 3, 2}, {0.5F, 0.25F})}, "first");
    auto model = engine::graph::read_model(net.bytes(), "net.pb");
    return range_of(model);
  };
  const Extents images{-1, 8, 8, 3};
  for (const int type : {1, 4}) {
    GraphDefBuilder net;
    std::string x = net.node("Cast", {net.placeholder("images", images, type)});
    x = net.node("ReverseV2", {x, net.wholes({1}, {-1})});
    x = net.node("Sub", {x, net.reals({3}, kCaffe)});
    CHECK(range(net, x) == ValueRange{.range = Range::bytes});
  }
  GraphDefBuilder none, unit, minus, caffe;
  CHECK(range(none, none.placeholder("images", images)) == std::nullopt);
  CHECK(range(unit, unit.node("Mul", {unit.placeholder("images", images),
                                      unit.reals({}, {255})})) == ValueRange{.range = Range::unit});
  const std::string scaled =
      minus.node("RealDiv", {minus.placeholder("images", images), minus.reals({}, {127.5F})});
  CHECK(range(minus, minus.node("Sub", {scaled, minus.reals({}, {1})})) ==
        ValueRange{.range = Range::bytes});
  CHECK(range(caffe, caffe.node("BiasAdd", {caffe.placeholder("images", images),
                                            caffe.reals({3}, {-104, -117, -123})})) ==
        ValueRange{.range = Range::bytes, .bgr = true});
}

TEST_CASE("fronts: a graph that resizes is known by what comes out, whatever the ops") {
  const Extents any{-1, 3, -1, -1};
  Onnx net(any);
  const std::string at = net.wholes({0, 1, 2, 3, 4, 5, 6, 7});
  for (const Index axis : {2, 3}) net.x = net.net.node("Gather", {net.x, at}, {{"axis", axis}});
  net.with("Div", {255});
  const Survey found = survey(net.model());
  CHECK(found.resizes);
  CHECK(found.range->range.range == Range::bytes);
  Onnx plain(any);
  CHECK_FALSE(survey(plain.with("Div", {255}).model()).resizes);
}

// Channels last in an ONNX file, as tf2onnx and Keras write it.
TEST_CASE("fronts: NHWC inputs of ONNX graphs") {
  const Scratch scratch;
  const Tensor x = front_pictures();
  for (const Extents& extents :
       {Extents{-1, 8, 8, 3}, Extents{-1, -1, -1, 3}, Extents{-1, -1, -1, -1}}) {
    Onnx net(extents);
    net.x = net.net.node("Sub", {net.x, net.net.constant("means", colors(kCaffe))});
    net.op("Transpose", {{"perm", Extents{0, 3, 1, 2}}});
    net.net.node("Identity", {net.x}, {}, "seen");
    const Classifier classifier(scratch.write("n.onnx", write_onnx(net.model())),
                                {.features = "seen", .size = InputSize{8, 8}});
    CHECK(classifier.found().channels_last);
    CHECK(classifier.range().range == ValueRange{.range = Range::bytes, .bgr = true});
    CHECK(largest_difference(classifier(x).features, flip(mean(x, {1, 2}), 1) - colors(kCaffe)) <
          1e-5);
  }
}

TEST_CASE("fronts: what the graph does not say must be given, and can be told from failed work") {
  const Scratch scratch;
  const std::string path = scratch.write("n.onnx", write_onnx(Onnx(kSmall).model()));
  const auto refusal = [&](const ClassifierOptions& options, const std::string& file) {
    try {
      Classifier(file, options);
    } catch (const BadOption& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  CHECK(says(refusal({}, path), "does not determine its input range",
             "--range 0..255, 0..1, -1..1, imagenet or inception", "--mean"));
  CHECK(refusal({.range = Range::unit}, path) == "taken");
  CHECK(says(refusal({.mean = {1, 2}}, path), "--mean", "2 numbers", "3 channels"));
  CHECK(says(refusal({.range = Range::symmetric, .mean = {0.5F}}, path), "--range -1..1"));
  CHECK(says(refusal({.deviation = {0}}, path), "--std", "0 is out of range"));
  CHECK(
      says(refusal({.range = Range::unit, .mean = {117}}, path), "--mean", "117 is out of range"));
  CHECK(says(refusal({.range = Range::unit, .size = InputSize{9, 9}}, path), "8x8",
             "not --input-size 9x9"));
  const std::string any =
      scratch.write("any.onnx", write_onnx(Onnx({-1, 3, -1, -1}).with("Div", {255}).model()));
  CHECK(says(refusal({}, any), "any size", "--input-size, such as 224"));
  CHECK(refusal({.size = InputSize{}}, any) == "taken");
  CHECK(Classifier(any, {.size = InputSize{6, 5}}).preprocessing() ==
        "TensorFlow 1 bilinear to 5x6");
}

}  // namespace
