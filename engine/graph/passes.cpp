// The passes that simplify a draft. Each is a few lines over the list of nodes.
#include <algorithm>
#include <unordered_map>

#include "engine/graph/draft.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

using Counts = std::unordered_map<std::string, int>;

// How often each value is read; what is wanted counts as read from outside, twice.
Counts count_uses(const Draft& draft) {
  Counts uses;
  for (const Node& node : draft.nodes)
    for (const std::string& input : node.inputs) ++uses[input];
  for (const std::string& name : draft.wanted) uses[name] += 2;
  return uses;
}

// Calls merge(node, maker) for each node whose first input is made by `maker` for it alone. Where
// it says yes, the maker takes over the node's result and the node goes.
template <class Merge>
void merge_into_makers(Draft& draft, const Merge& merge) {
  const Counts uses = count_uses(draft);
  std::unordered_map<std::string, std::size_t> makers;
  std::vector<Node> kept;
  for (Node& node : draft.nodes) {
    const auto maker = node.inputs.empty() ? makers.end() : makers.find(node.inputs[0]);
    if (maker != makers.end() && uses.at(node.inputs[0]) == 1 && merge(node, kept[maker->second])) {
      kept[maker->second].outputs = {node.outputs[0]};
      makers[node.outputs[0]] = maker->second;
      continue;
    }
    if (node.outputs.size() == 1) makers[node.outputs[0]] = kept.size();
    kept.push_back(std::move(node));
  }
  draft.nodes = std::move(kept);
}

const Value* constant(const Draft& draft, const Node& node, std::size_t i) {
  if (i >= node.inputs.size()) return nullptr;
  const auto found = draft.constants.find(node.inputs[i]);
  return found == draft.constants.end() ? nullptr : &found->second;
}

bool given(const Node& node, std::size_t i) {
  return i < node.inputs.size() && !node.inputs[i].empty();
}

// A whole attribute. PyTorch writes many that say what is so anyway.
Index number(const Node& node, const char* name, Index otherwise) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return otherwise;
  const Index* value = std::get_if<Index>(&found->second);
  return value ? *value : otherwise;
}

// Folding may make as much as the file holds, a few times over, and a little more.
Index folding_allowance(const Draft& draft) {
  Index elements = 0;
  for (const auto& [name, value] : draft.constants) elements += value.size();
  return 4 * elements + (Index{1} << 20);
}

}  // namespace

void resolve_aliases(Draft& draft) {
  std::unordered_map<std::string, std::string> source;
  std::vector<Node> kept;
  for (Node& node : draft.nodes) {
    for (std::string& input : node.inputs)
      if (const auto found = source.find(input); found != source.end()) input = found->second;
    const bool alias = node.op == "Identity" && node.inputs.size() == 1 && node.outputs.size() == 1;
    if (alias) source[node.outputs[0]] = node.inputs[0];
    if (!alias || draft.wanted.contains(node.outputs[0])) kept.push_back(std::move(node));
  }
  draft.nodes = std::move(kept);
}

void fold_constants(Draft& draft) {
  Index allowance = folding_allowance(draft);
  std::vector<Node> kept;
  for (Node& node : draft.nodes) {
    std::vector<Value> inputs(node.inputs.size()), outputs(node.outputs.size());
    bool known = true;
    for (std::size_t i = 0; i < inputs.size() && known; ++i) {
      const Value* value = constant(draft, node, i);
      known = value != nullptr || node.inputs[i].empty();
      if (value != nullptr) inputs[i] = *value;
    }
    if (known) try {
        run_node(draft.model, node, *find_operator(node.op), inputs, outputs, allowance);
      } catch (const TooLarge&) {
        known = false;  // left for the run
      }
    if (!known) {
      kept.push_back(std::move(node));
      continue;
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].defined()) continue;
      allowance = std::max<Index>(allowance - outputs[i].size(), 0);
      draft.constants.insert_or_assign(node.outputs[i], outputs[i]);
    }
  }
  draft.nodes = std::move(kept);
}

void fold_batch_norms(Draft& draft) {
  merge_into_makers(draft, [&](const Node& norm, Node& conv) {
    if (norm.op != "BatchNormalization" || conv.op != "Conv" || norm.outputs.size() > 1)
      return false;
    if (number(norm, "training_mode", 0) != 0 || number(norm, "spatial", 1) == 0) return false;
    const Value* kernel = constant(draft, conv, 1);
    const Value *gamma = constant(draft, norm, 1), *beta = constant(draft, norm, 2),
                *mean = constant(draft, norm, 3), *variance = constant(draft, norm, 4);
    const Value* bias = constant(draft, conv, 2);
    if (!kernel || kernel->rank() < 3 || (!gamma && given(norm, 1)) || (!bias && given(conv, 2)))
      return false;
    const Shape channels{kernel->shape()[0]};
    for (const Value* each : {beta, mean, variance})
      if (!each || each->is_whole() || each->shape() != channels) return false;
    for (const Value* each : {gamma, bias, kernel})
      if (each && (each->is_whole() || (each != kernel && each->shape() != channels))) return false;
    const auto epsilon = norm.attributes.find("epsilon");
    const float* given_epsilon =
        epsilon == norm.attributes.end() ? nullptr : std::get_if<float>(&epsilon->second);

    Tensor scale = rsqrt(variance->tensor() + (given_epsilon ? *given_epsilon : 1e-5f));
    if (gamma) scale = scale * gamma->tensor();
    const Tensor centre = bias ? bias->tensor() - mean->tensor() : -mean->tensor();
    Shape per_kernel = kernel->shape();
    for (int i = 1; i < per_kernel.rank(); ++i) per_kernel[i] = 1;
    const std::string name = norm.outputs[0] + "/folded ";
    draft.constants[name + "kernel"] = Value(kernel->tensor() * reshape(scale, per_kernel));
    draft.constants[name + "bias"] = Value(beta->tensor() + centre * scale);
    conv.inputs = {conv.inputs[0], name + "kernel", name + "bias"};
    return true;
  });
}

void fuse_activations(Draft& draft) {
  merge_into_makers(draft, [](const Node& activation, Node& conv) {
    const bool known =
        activation.op == "Relu" || activation.op == "LeakyRelu" || activation.op == "Tanh";
    if (!known || (conv.op != "Conv" && conv.op != "ConvTranspose")) return false;
    if (!conv.attributes.emplace("activation", activation.op).second) return false;
    const auto slope = activation.attributes.find("alpha");
    conv.attributes.insert_or_assign(
        "slope", slope == activation.attributes.end() ? Attribute(0.01f) : slope->second);
    return true;
  });
}

void settle_kernels(Draft& draft) {
  if (draft.model.nhwc) return;
  for (const Node& node : draft.nodes)
    if ((node.op == "Conv" || node.op == "ConvTranspose") && constant(draft, node, 1))
      if (Value& kernel = draft.constants[node.inputs[1]]; !kernel.is_whole() && kernel.rank() >= 3)
        kernel = Value::image(kernel.image(), kernel.type());
}

void drop_unused(Draft& draft) {
  Counts uses = count_uses(draft);
  std::vector<Node> kept;
  for (auto node = draft.nodes.rbegin(); node != draft.nodes.rend(); ++node) {
    const bool used = std::any_of(node->outputs.begin(), node->outputs.end(),
                                  [&](const std::string& name) { return uses[name] > 0; });
    if (used) {
      kept.push_back(std::move(*node));
    } else {
      for (const std::string& input : node->inputs) --uses[input];
    }
  }
  std::reverse(kept.begin(), kept.end());
  draft.nodes = std::move(kept);
  std::erase_if(draft.constants, [&](const auto& entry) { return uses[entry.first] <= 0; });
}

}  // namespace engine::graph
