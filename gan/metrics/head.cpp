#include "gan/metrics/head.h"

#include <algorithm>
#include <array>
#include <set>

namespace gan::metrics {
namespace {

using engine::Index;
using engine::graph::Model;
using engine::graph::Node;
using engine::graph::Port;
using engine::graph::Value;

// --- Names ---------------------------------------------------------------------------------------

// Names of these values in exports; the first one in the graph is used.
constexpr std::array kFeatureNames = {"features", "pool_3", "pool3"};
constexpr std::array kLogitNames = {"logits", "softmax/logits"};

template <class Names>
std::string named(const Links& links, const Names& names) {
  for (const char* name : names)
    if (links.maker(name)) return name;
  return "";
}

// --- Products ------------------------------------------------------------------------------------

// Ops that do not change the numbers of a row.
const std::set<std::string> kCarriers = {"Cast",    "Dropout", "Flatten",   "Identity",
                                         "Reshape", "Squeeze", "Unsqueeze", "Transpose"};

bool is_carrier(const Node* node) {
  return node && kCarriers.contains(node->op) && !node->inputs.empty();
}

// Axes 2 and 3, or 1 and 2 where channels are last.
bool over_pixels(std::vector<Index> axes) {
  for (Index& axis : axes) axis += axis < 0 ? 4 : 0;
  std::ranges::sort(axes);
  return axes == std::vector<Index>{2, 3} || axes == std::vector<Index>{1, 2};
}

std::vector<Index> axes_of(const Links& links, const Node& node) {
  if (const auto* axes = attribute<std::vector<Index>>(node, "axes")) return *axes;
  const Value* value = node.inputs.size() > 1 ? links.constant(node.inputs[1]) : nullptr;
  if (!value || !value->is_whole() || value->size() > 4) return {};
  return {value->whole().begin(), value->whole().end()};
}

// A pool over all pixels of an image, including large windows that networks do not use inside.
bool is_global_pool(const Links& links, const Node& node) {
  if (node.outputs.empty()) return false;
  if (node.op == "GlobalAveragePool" || node.op == "GlobalMaxPool") return true;
  if (node.op == "ReduceMean" || node.op == "ReduceMax") return over_pixels(axes_of(links, node));
  if (node.op != "AveragePool") return false;
  const auto* window = attribute<std::vector<Index>>(node, "kernel_shape");
  return window && std::ranges::all_of(*window, [](Index extent) { return extent > 3; });
}

// A 1x1 convolution of what a global pool made.
bool is_conv_head(const Links& links, const Node& conv) {
  const Value* kernel = links.constant(conv.inputs[1]);
  if (!kernel || kernel->rank() != 4) return false;
  const int spatial = links.model().nhwc ? 0 : 2;  // TensorFlow's are [kH, kW, I, O]
  const auto shape = kernel->shape();
  const Node* pool = links.maker(source(links, conv.inputs[0]));
  return shape[spatial] == 1 && shape[spatial + 1] == 1 && pool && is_global_pool(links, *pool);
}

bool is_product(const Links& links, const Node& node) {
  if (node.inputs.size() < 2 || node.outputs.empty()) return false;
  if (node.op == "Conv") return is_conv_head(links, node);
  if (node.op != "Gemm" && node.op != "MatMul") return false;
  const Value* weights = links.constant(node.inputs[1]);
  return weights && weights->rank() == 2;
}

bool has_bias(const Node& node) {
  return node.op != "MatMul" && node.inputs.size() > 2 && !node.inputs[2].empty();
}

// The non-constant operand of a sum; empty: not a sum with a constant.
std::string summand(const Links& links, const Node& node) {
  if (node.op != "Add" || node.inputs.size() != 2 || node.outputs.empty()) return "";
  for (const std::size_t i : {0, 1})
    if (links.constant(node.inputs[1 - i]) && !links.constant(node.inputs[i]))
      return node.inputs[i];
  return "";
}

// The sum with a constant that reads a value, carried on or not; empty: there is none.
std::string sum_of(const Links& links, std::string value) {
  for (std::size_t steps = 0; steps <= links.model().nodes.size(); ++steps) {
    const Node* carrier = nullptr;
    for (const std::size_t i : links.readers(value)) {
      const Node& node = links.model().nodes[i];
      if (!summand(links, node).empty()) return node.outputs[0];
      if (is_carrier(&node) && node.inputs[0] == value && !node.outputs.empty()) carrier = &node;
    }
    if (!carrier) break;
    value = carrier->outputs[0];
  }
  return "";
}

Product product_of(const Links& links, const Node& node) {
  const std::string& made = node.outputs[0];
  Product product{static_cast<std::size_t>(&node - links.model().nodes.data()), node.inputs[0]};
  if (has_bias(node)) {
    product.biased = made;
  } else {
    product.plain = made;
    product.biased = sum_of(links, made);
  }
  return product;
}

// Exports may hold the product twice, with and without the bias.
void add_twins(const Links& links, Product& product) {
  for (const std::size_t i : links.readers(product.features)) {
    const Node& node = links.model().nodes[i];
    if (!is_product(links, node) || node.inputs[0] != product.features) continue;
    if (has_bias(node) && product.biased.empty()) product.biased = node.outputs[0];
    if (!has_bias(node) && product.plain.empty()) product.plain = node.outputs[0];
  }
}

std::optional<Product> last_product(const Links& links) {
  const auto& nodes = links.model().nodes;
  for (std::size_t i = nodes.size(); i-- > 0;)
    if (is_product(links, nodes[i])) return product_of(links, nodes[i]);
  return std::nullopt;
}

std::string last_pool(const Links& links) {
  const auto& nodes = links.model().nodes;
  for (std::size_t i = nodes.size(); i-- > 0;)
    if (is_global_pool(links, nodes[i])) return nodes[i].outputs[0];
  return "";
}

}  // namespace

std::string source(const Links& links, std::string value) {
  for (std::size_t steps = 0; steps <= links.model().nodes.size(); ++steps) {
    const Node* node = links.maker(value);
    if (!is_carrier(node)) break;
    value = node->inputs[0];
  }
  return value;
}

std::optional<Product> product_at(const Links& links, const std::string& value) {
  const std::string at = source(links, value);
  const Node* node = links.maker(at);
  if (!node) return std::nullopt;
  if (is_product(links, *node)) {
    Product product = product_of(links, *node);
    (product.plain == at ? product.plain : product.biased) = value;
    add_twins(links, product);
    return product;
  }
  const std::string inner = summand(links, *node);
  const Node* maker = inner.empty() ? nullptr : links.maker(source(links, inner));
  if (!maker || !is_product(links, *maker) || has_bias(*maker)) return std::nullopt;
  Product product = product_of(links, *maker);
  product.biased = value;
  return product;
}

std::string add_plain(Model& model, const Product& product) {
  Node plain = model.nodes[product.node];
  plain.name += "/without bias";
  plain.inputs.resize(2);
  plain.outputs = {plain.name};
  model.nodes.push_back(plain);
  return plain.name;
}

Head find_head(const Links& links) {
  Head head{named(links, kFeatureNames), named(links, kLogitNames), {}};
  if (!head.logits.empty())
    head.product = product_at(links, head.logits);
  else
    head.product = last_product(links);
  if (head.product) {
    add_twins(links, *head.product);
    const Product& product = *head.product;
    if (head.logits.empty()) head.logits = product.biased.empty() ? product.plain : product.biased;
    if (head.features.empty()) head.features = product.features;
  }
  if (head.features.empty()) head.features = last_pool(links);
  const auto& outputs = links.model().outputs;
  if (head.features.empty() && head.logits.empty() && outputs.size() == 1)
    head.features = outputs[0].name;
  return head;
}

std::string inception_features(const Links& links, const std::string& name) {
  if (name == "2048") return find_head(links).features;
  // pytorch-fid's blocks end at the first two pools and at the eighth join after them.
  std::vector<std::string> pools, joins;
  for (const Node& node : links.model().nodes) {
    if (node.outputs.empty()) continue;
    if (node.op == "MaxPool") pools.push_back(node.outputs[0]);
    if (node.op == "Concat" && pools.size() >= 2) joins.push_back(node.outputs[0]);
  }
  if (name == "64" && !pools.empty()) return pools[0];
  if (name == "192" && pools.size() >= 2) return pools[1];
  if (name == "768" && joins.size() >= 8) return joins[7];
  return "";
}

std::vector<std::string> candidates(const Links& links) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (names.size() < kMost && !name.empty() && std::ranges::find(names, name) == names.end())
      names.push_back(name);
  };
  for (const Port& output : links.model().outputs) add(output.name);
  const auto& nodes = links.model().nodes;
  for (std::size_t i = nodes.size(); i-- > 0;)
    if (is_product(links, nodes[i]) || is_global_pool(links, nodes[i])) {
      add(nodes[i].outputs[0]);
      add(nodes[i].inputs[0]);
    }
  for (std::size_t i = nodes.size(); i-- > 0;)
    if (!nodes[i].outputs.empty() && !links.constant(nodes[i].outputs[0])) add(nodes[i].outputs[0]);
  return names;
}

}  // namespace gan::metrics
