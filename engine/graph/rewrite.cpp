#include <unordered_map>

#include "engine/graph/rewrite_node.h"

namespace engine::graph {
namespace {

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

template <bool Max>
void reduce(const Rewrite& r) {
  r.emit(Max ? "ReduceMax" : "ReduceMean", {r.input(0), r.input(1)},
         {{"keepdims", Index{r.flag("keep_dims")}}});
}

void relu6(const Rewrite& r) { r.emit("Clip", {r.input(0)}, {{"min", 0.f}, {"max", 6.f}}); }
void rsqrt(const Rewrite& r) {
  const std::string root = r.node.name() + "/root";
  r.model.nodes.push_back({root, "Sqrt", {r.input(0)}, {root}, {}});
  r.emit("Reciprocal", {root});
}
void square(const Rewrite& r) { r.emit("Mul", {r.input(0), r.input(0)}); }
void leaky_relu(const Rewrite& r) {
  r.emit("LeakyRelu", {r.input(0)}, {{"alpha", r.real("alpha", 0.2f)}});
}

// Rows that only change the name, if that.
const std::unordered_map<std::string, const char*> kRenamed = {
    {"Abs", "Abs"},
    {"Add", "Add"},
    {"AddN", "Sum"},
    {"AddV2", "Add"},
    {"CheckNumerics", "Identity"},
    {"ClipByValue", "Clip"},
    {"Div", "Div"},
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
    {"Pow", "Pow"},
    {"RealDiv", "Div"},
    {"Reciprocal", "Reciprocal"},
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
    {"Tile", "Tile"},
};

constexpr RewriteRow kRewrites[] = {
    {"AvgPool", pool<false>},
    {"BatchNormWithGlobalNormalization", global_batch_norm},
    {"BiasAdd", bias_add},
    {"Cast", cast},
    {"Conv2D", conv},
    {"FusedBatchNorm", fused_batch_norm},
    {"FusedBatchNormV2", fused_batch_norm},
    {"FusedBatchNormV3", fused_batch_norm},
    {"LeakyRelu", leaky_relu},
    {"MatMul", matmul},
    {"Max", reduce<true>},
    {"MaxPool", pool<true>},
    {"Mean", reduce<false>},
    {"Relu6", relu6},
    {"Reshape", reshape},
    {"ResizeBilinear", resize<true>},
    {"ResizeNearestNeighbor", resize<false>},
    {"Rsqrt", rsqrt},
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
  for (const std::span<const RewriteRow> part :
       {std::span<const RewriteRow>(kRewrites), index_rewrites()})
    for (const RewriteRow& row : part)
      if (node.op() == row.op) {
        row.run(rewrite);
        return true;
      }
  return false;
}

}  // namespace engine::graph
