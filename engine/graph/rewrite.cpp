#include "engine/graph/rewrite.h"

#include <limits>
#include <unordered_map>

namespace engine::graph {
namespace {

// One node being rewritten.
struct Rewrite {
  const tensorflow::NodeDef& node;
  Model& model;
  std::vector<std::string> in;

  const tensorflow::AttrValue* attribute(const char* name) const {
    const auto found = node.attr().find(name);
    return found == node.attr().end() ? nullptr : &found->second;
  }
  bool flag(const char* name, bool otherwise = false) const {
    return attribute(name) ? attribute(name)->b() : otherwise;
  }
  float real(const char* name, float otherwise) const {
    return attribute(name) ? attribute(name)->f() : otherwise;
  }
  std::string text(const char* name, const std::string& otherwise) const {
    return attribute(name) ? attribute(name)->s() : otherwise;
  }
  // Height and width of a list [1, height, width, 1].
  std::vector<Index> height_and_width(const char* name) const {
    const auto* a = attribute(name);
    if (a == nullptr) return {1, 1};
    const auto& list = a->list().i();
    if (list.size() != 4 || list[0] != 1 || list[3] != 1) unsupported(name, " over other axes");
    return {list[1], list[2]};
  }
  const std::string& input(std::size_t i) const {
    check(i < in.size(), model.path, ": node '", node.name(), "' (", node.op(), "): has ",
          in.size(), " inputs");
    return in[i];
  }
  // The whole numbers of an input that must be known now.
  const Whole& numbers(std::size_t i) const {
    if (const auto bad = model.unreadable.find(input(i)); bad != model.unreadable.end())
      std::rethrow_exception(bad->second);
    const auto found = model.constants.find(input(i));
    if (found == model.constants.end()) unsupported("input ", i, " is no constant");
    return found->second.whole();
  }

  // A constant beside this node; returns its name.
  std::string constant(const char* suffix, const Shape& shape, Whole numbers) const {
    const std::string name = node.name() + "/" + suffix;
    model.constants.insert_or_assign(name, Value(shape, std::move(numbers)));
    return name;
  }
  void emit(const char* op, std::vector<std::string> inputs,
            std::map<std::string, Attribute> attributes = {}) const {
    model.nodes.push_back(
        {node.name(), op, std::move(inputs), {node.name()}, std::move(attributes)});
  }
  std::map<std::string, Attribute> window() const {
    if (text("data_format", "NHWC") != "NHWC") unsupported("data_format ", text("data_format", ""));
    const std::string padding = text("padding", "VALID");
    if (padding != "SAME" && padding != "VALID") unsupported("padding ", padding);
    return {{"auto_pad", padding == "SAME" ? std::string("SAME_UPPER") : padding},
            {"strides", height_and_width("strides")}};
  }
};

using Row = void (*)(const Rewrite&);

void conv(const Rewrite& r) {
  const std::string kernel = r.node.name() + "/kernel";
  r.model.nodes.push_back(
      {kernel, "Transpose", {r.input(1)}, {kernel}, {{"perm", std::vector<Index>{3, 0, 1, 2}}}});
  auto attributes = r.window();
  attributes["dilations"] = r.height_and_width("dilations");
  r.emit("Conv", {r.input(0), kernel}, attributes);
}

template <bool Max>
void pool(const Rewrite& r) {
  auto attributes = r.window();
  attributes["kernel_shape"] = r.height_and_width("ksize");
  r.emit(Max ? "MaxPool" : "AveragePool", {r.input(0)}, attributes);
}

// (t, mean, variance, beta, gamma); without scaling gamma does not count.
void global_batch_norm(const Rewrite& r) {
  const bool scaled = r.flag("scale_after_normalization");
  r.emit("BatchNormalization",
         {r.input(0), scaled ? r.input(4) : "", r.input(3), r.input(1), r.input(2)},
         {{"epsilon", r.real("variance_epsilon", 0.001f)}});
}

// (x, gamma, beta, mean, variance)
void fused_batch_norm(const Rewrite& r) {
  if (r.flag("is_training", true)) unsupported("is_training");
  if (r.text("data_format", "NHWC") != "NHWC") unsupported("data_format");
  r.emit("BatchNormalization", {r.input(0), r.input(1), r.input(2), r.input(3), r.input(4)},
         {{"epsilon", r.real("epsilon", 0.0001f)}});
}

// The axis comes first in the old op, last in the new one.
template <bool First>
void concat(const Rewrite& r) {
  check(r.in.size() >= 2, r.model.path, ": node '", r.node.name(), "' joins nothing");
  const std::size_t at = First ? 0 : r.in.size() - 1;
  const Whole& axis = r.numbers(at);
  if (axis.size() != 1) unsupported("an axis of ", axis.size(), " numbers");
  std::vector<std::string> parts = r.in;
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
  r.emit("Concat", parts, {{"axis", Index{axis[0]}}});
}

// A constant leading extent of 1 is the batch that the graph was frozen with: it may be any.
void reshape(const Rewrite& r) {
  const auto shape = r.model.constants.find(r.input(1));
  if (shape == r.model.constants.end())
    return r.emit("Reshape", {r.input(0), r.input(1)}, {{"allowzero", Index{1}}});
  Whole extents = shape->second.whole();
  bool open = false;
  for (Index extent : extents) open = open || extent < 0;
  if (extents.size() >= 2 && extents[0] == 1 && !open) extents[0] = -1;
  const Shape rank{static_cast<Index>(extents.size())};
  r.emit("Reshape", {r.input(0), r.constant("any_batch", rank, std::move(extents))},
         {{"allowzero", Index{1}}});
}

void matmul(const Rewrite& r) {
  r.emit("Gemm", {r.input(0), r.input(1)},
         {{"transA", Index{r.flag("transpose_a")}}, {"transB", Index{r.flag("transpose_b")}}});
}

template <bool Linear>
void resize(const Rewrite& r) {
  const bool corners = r.flag("align_corners"), centers = r.flag("half_pixel_centers");
  std::string coordinates = "asymmetric", nearest = "floor";
  if (corners) coordinates = "align_corners", nearest = "round_prefer_ceil";
  if (centers) coordinates = Linear ? "half_pixel" : "tf_half_pixel_for_nn";
  r.emit("Resize", {r.input(0), "", "", r.input(1)},
         {{"mode", std::string(Linear ? "linear" : "nearest")},
          {"coordinate_transformation_mode", coordinates},
          {"nearest_mode", nearest},
          {"axes", std::vector<Index>{1, 2}}});
}

void bias_add(const Rewrite& r) {
  if (r.text("data_format", "NHWC") != "NHWC") unsupported("data_format");
  r.emit("Add", {r.input(0), r.input(1)});
}

void cast(const Rewrite& r) {
  const auto* to = r.attribute("DstT");
  r.emit("Cast", {r.input(0)},
         {{"to", static_cast<Index>(type_of_tensorflow(to ? to->type() : 0))}});
}

void squeeze(const Rewrite& r) {
  const auto* a = r.attribute("squeeze_dims");
  if (a == nullptr) a = r.attribute("axis");
  if (a == nullptr || a->list().i_size() == 0) return r.emit("Squeeze", {r.input(0)});
  r.emit("Squeeze", {r.input(0)},
         {{"axes", std::vector<Index>(a->list().i().begin(), a->list().i().end())}});
}

void mean(const Rewrite& r) {
  r.emit("ReduceMean", {r.input(0), r.input(1)}, {{"keepdims", Index{r.flag("keep_dims")}}});
}

// [[before, after], ...] becomes all before, then all after.
void pad(const Rewrite& r) {
  const Whole& pairs = r.numbers(1);
  Whole pads;
  for (const std::size_t side : {0, 1})
    for (std::size_t i = side; i < pairs.size(); i += 2) pads.push_back(pairs[i]);
  const Shape count{static_cast<Index>(pads.size())};
  r.emit("Pad", {r.input(0), r.constant("pads", count, std::move(pads))});
}

// Each axis from its last element to its first.
void reverse(const Rewrite& r) {
  const Whole& axes = r.numbers(1);
  const Shape count{static_cast<Index>(axes.size())};
  const auto all = [&](const char* suffix, std::int64_t number) {
    return r.constant(suffix, count, Whole(axes.size(), number));
  };
  r.emit("Slice",
         {r.input(0), all("last", -1), all("end", std::numeric_limits<std::int64_t>::min()),
          r.input(1), all("back", -1)});
}

void relu6(const Rewrite& r) { r.emit("Clip", {r.input(0)}, {{"min", 0.f}, {"max", 6.f}}); }
void square(const Rewrite& r) { r.emit("Mul", {r.input(0), r.input(0)}); }
void leaky_relu(const Rewrite& r) {
  r.emit("LeakyRelu", {r.input(0)}, {{"alpha", r.real("alpha", 0.2f)}});
}

// Rows that only change the name, if that.
const std::unordered_map<std::string, const char*> kRenamed = {
    {"Abs", "Abs"},
    {"Add", "Add"},
    {"AddV2", "Add"},
    {"CheckNumerics", "Identity"},
    {"Elu", "Elu"},
    {"Exp", "Exp"},
    {"ExpandDims", "Unsqueeze"},
    {"Identity", "Identity"},
    {"Log", "Log"},
    {"LogSoftmax", "LogSoftmax"},
    {"Maximum", "Max"},
    {"Minimum", "Min"},
    {"Mul", "Mul"},
    {"Neg", "Neg"},
    {"RealDiv", "Div"},
    {"Relu", "Relu"},
    {"Selu", "Selu"},
    {"Shape", "Shape"},
    {"Sigmoid", "Sigmoid"},
    {"Softmax", "Softmax"},
    {"Softplus", "Softplus"},
    {"Sqrt", "Sqrt"},
    {"StopGradient", "Identity"},
    {"Sub", "Sub"},
    {"Tanh", "Tanh"},
};

const std::unordered_map<std::string, Row> kRewrites = {
    {"AvgPool", pool<false>},
    {"BatchNormWithGlobalNormalization", global_batch_norm},
    {"BiasAdd", bias_add},
    {"Cast", cast},
    {"Concat", concat<true>},
    {"ConcatV2", concat<false>},
    {"Conv2D", conv},
    {"FusedBatchNorm", fused_batch_norm},
    {"FusedBatchNormV2", fused_batch_norm},
    {"FusedBatchNormV3", fused_batch_norm},
    {"LeakyRelu", leaky_relu},
    {"MatMul", matmul},
    {"MaxPool", pool<true>},
    {"Mean", mean},
    {"Pad", pad},
    {"Relu6", relu6},
    {"Reshape", reshape},
    {"ResizeBilinear", resize<true>},
    {"ResizeNearestNeighbor", resize<false>},
    {"ReverseV2", reverse},
    {"Square", square},
    {"Squeeze", squeeze},
};

}  // namespace

bool rewrite_tensorflow(const tensorflow::NodeDef& node, Model& model) {
  const Rewrite rewrite{node, model, inputs_of(node)};
  if (const auto same = kRenamed.find(node.op()); same != kRenamed.end()) {
    rewrite.emit(same->second, rewrite.in);
    return true;
  }
  const auto row = kRewrites.find(node.op());
  if (row == kRewrites.end()) return false;
  row->second(rewrite);
  return true;
}

}  // namespace engine::graph
