#include <algorithm>
#include <unordered_map>

#include "engine/graph/traced_op.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

// A layer: what a scale or a bias can be part of, and which axis of its weight is the channel's.
struct Layer {
  const char* op;
  int channel;
  int rank;  // of its result
};
constexpr Layer kLayers[] = {{"Conv", 0, 4}, {"ConvTranspose", 1, 4}, {"Gemm", 0, 2}};

const Layer* layer_of(const Node& node) {
  for (const Layer& layer : kLayers)
    if (node.op == layer.op) return &layer;
  return nullptr;
}

std::unordered_map<std::string, int> count_uses(const Model& model) {
  std::unordered_map<std::string, int> uses;
  for (const Node& node : model.nodes)
    for (const std::string& input : node.inputs) ++uses[input];
  for (const Port& output : model.outputs) ++uses[output.name];
  return uses;
}

// A constant that is one number, or one for each of `channels`: as [channels]; else no tensor.
Tensor per_channel(const Model& model, const std::string& name, Index channels, int rank) {
  const auto found = model.constants.find(name);
  if (found == model.constants.end() || found->second.is_whole()) return {};
  const Tensor x = found->second.tensor();
  if (x.size() == 1) return full({channels}, x.item());
  const int axis = x.rank() - (rank == 4 ? 3 : 1);
  const bool fits = axis >= 0 && x.size() == channels && x.dim(axis) == channels;
  return fits ? reshape(x, {channels}) : Tensor();
}

// y = layer(x) followed by y * c or y + c becomes one layer. Tells whether it did.
bool absorb(Model& model, Node& layer, const Node& next, const std::string& constant) {
  const Layer& kind = *layer_of(layer);
  const auto weight = model.constants.find(layer.inputs[1]);
  if (weight == model.constants.end()) return false;
  if (kind.rank == 2 && !layer.attributes.contains("transB")) return false;
  const Tensor w = weight->second.tensor();
  const Index channels = w.dim(kind.channel);
  const Tensor c = per_channel(model, constant, channels, kind.rank);
  if (!c.defined()) return false;
  Tensor bias;
  if (layer.inputs.size() > 2) {
    bias = per_channel(model, layer.inputs[2], channels, 2);
    if (!bias.defined()) return false;
  }
  layer.inputs.resize(3);
  if (next.op == "Mul") {
    Shape along;
    for (int i = 0; i < w.rank(); ++i) along.push_back(i == kind.channel ? channels : 1);
    layer.inputs[1] = next.outputs[0] + "_weight";
    model.constants.insert_or_assign(layer.inputs[1], Value(w * reshape(c, along)));
    bias = bias.defined() ? bias * c : bias;
  } else {
    bias = bias.defined() ? bias + c : c;
  }
  if (bias.defined()) {
    layer.inputs[2] = next.outputs[0] + "_bias";
    model.constants.insert_or_assign(layer.inputs[2], Value(bias));
  } else {
    layer.inputs.resize(2);
  }
  return true;
}

void merge_into_layers(Model& model) {
  const auto uses = count_uses(model);
  std::unordered_map<std::string, std::size_t> makers;
  std::vector<Node> kept;
  for (Node& node : model.nodes) {
    bool merged = false;
    for (int i = 0; i < 2 && (node.op == "Mul" || node.op == "Add") && !merged; ++i) {
      const auto maker = makers.find(node.inputs[i]);
      if (maker == makers.end() || uses.at(node.inputs[i]) != 1) continue;
      Node& layer = kept[maker->second];
      merged = layer_of(layer) && absorb(model, layer, node, node.inputs[1 - i]);
      if (merged) {
        layer.outputs = node.outputs;
        makers[node.outputs[0]] = maker->second;
      }
    }
    if (merged) continue;
    makers[node.outputs[0]] = kept.size();
    kept.push_back(std::move(node));
  }
  model.nodes = std::move(kept);
}

// The node that an Identity at the end repeats makes the result itself.
void name_results(Model& model) {
  const auto uses = count_uses(model);
  std::unordered_map<std::string, Node*> makers;
  for (Node& node : model.nodes) makers[node.outputs[0]] = &node;
  for (Node& node : model.nodes) {
    if (node.op != "Identity" || uses.at(node.inputs[0]) != 1) continue;
    const auto maker = makers.find(node.inputs[0]);
    if (maker == makers.end()) continue;
    maker->second->outputs = node.outputs;
    node.op.clear();
  }
  std::erase_if(model.nodes, [](const Node& node) { return node.op.empty(); });
}

void drop_unread(Model& model) {
  auto uses = count_uses(model);
  std::vector<Node> kept;
  for (auto node = model.nodes.rbegin(); node != model.nodes.rend(); ++node) {
    if (uses[node->outputs[0]] > 0) {
      kept.push_back(std::move(*node));
    } else {
      for (const std::string& input : node->inputs) --uses[input];
    }
  }
  std::reverse(kept.begin(), kept.end());
  model.nodes = std::move(kept);
  std::erase_if(model.constants, [&](const auto& entry) { return uses[entry.first] <= 0; });
}

}  // namespace

void tidy(Model& model) {
  drop_unread(model);
  name_results(model);
  merge_into_layers(model);
  drop_unread(model);
  for (Node& node : model.nodes) node.name = node.outputs[0];
}

}  // namespace engine::graph
