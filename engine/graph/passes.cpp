// The passes that simplify a draft. Each is a few lines over the list of nodes.
#include <algorithm>
#include <unordered_map>
#include <utility>

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

// Calls merge(node, i, maker) for each node whose input i, one of the first `inputs`, is made by
// `maker` for it alone. Where it says yes, the maker takes over the node's result and the node
// goes.
template <class Merge>
void merge_into_makers(Draft& draft, std::size_t inputs, const Merge& merge) {
  const Counts uses = count_uses(draft);
  std::unordered_map<std::string, std::size_t> makers;
  std::vector<Node> kept;
  const auto merged = [&](Node& node) {
    for (std::size_t i = 0; i < std::min(inputs, node.inputs.size()); ++i) {
      const auto maker = makers.find(node.inputs[i]);
      if (maker == makers.end() || uses.at(node.inputs[i]) != 1) continue;
      if (!merge(node, i, kept[maker->second])) continue;
      kept[maker->second].outputs = {node.outputs[0]};
      makers[node.outputs[0]] = maker->second;
      return true;
    }
    return false;
  };
  for (Node& node : draft.nodes) {
    if (merged(node)) continue;
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

// An attribute. PyTorch writes many that say what is so anyway.
template <class T>
T attribute(const Node& node, const char* name, T otherwise) {
  const auto found = node.attributes.find(name);
  const T* value = found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
  return value ? *value : otherwise;
}

// --- Scales and shifts -----------------------------------------------------------------------

// What a scale or a shift of channels can be part of, and the axis of its weight that is theirs.
struct Layer {
  const char* op;
  int channel;
  int rank;  // of its result
};
constexpr Layer kLayers[] = {{"Conv", 0, 4}, {"ConvTranspose", 1, 4}, {"Gemm", 0, 2}};

// The channels of a layer whose weight is known; 0: it cannot take anything in.
Index channels_of(const Draft& draft, const Node& node, const Layer& kind) {
  const Value* weight = constant(draft, node, 1);
  if (!weight || weight->is_whole() || weight->rank() < (kind.rank == 4 ? 3 : 2)) return 0;
  if (kind.rank == 2 && attribute(node, "transB", Index{0}) == 0) return 0;
  return weight->shape()[kind.channel];
}

// (y - mean) scale + shift, one number a channel each; where not defined, nothing.
struct Affine {
  Tensor mean, scale, shift;
};

// A constant that is one number, or one for each channel, as [channels]; else no tensor.
Tensor per_channel(const Value* value, Index channels, int rank) {
  if (!value || value->is_whole()) return {};
  const Tensor x = value->tensor();
  if (x.size() == 1) return full({channels}, x.item());
  const int axis = x.rank() - (rank == 4 ? 3 : 1);
  const bool fits = axis >= 0 && x.size() == channels && x.dim(axis) == channels;
  return fits ? reshape(x, {channels}) : Tensor();
}

// Makes y = layer(x) followed by what is affine in it one layer, with constants of these names.
// Returns whether the layer could take it in.
bool absorb(Draft& draft, Node& layer, const Layer& kind, const Affine& affine,
            const std::string& prefix) {
  const Value weight = *constant(draft, layer, 1);
  const Index channels = weight.shape()[kind.channel];
  Tensor bias;
  if (given(layer, 2)) {
    const Value* value = constant(draft, layer, 2);
    if (!value || value->is_whole() || value->shape() != Shape{channels}) return false;
    bias = value->tensor();
  }
  if (affine.mean.defined()) bias = bias.defined() ? bias - affine.mean : -affine.mean;
  if (affine.scale.defined() && bias.defined()) bias = bias * affine.scale;
  if (affine.shift.defined()) bias = bias.defined() ? affine.shift + bias : affine.shift;
  const auto put = [&](std::size_t i, const char* name, const Value& x) {
    layer.inputs[i] = prefix + name;
    draft.constants.insert_or_assign(layer.inputs[i], x);
  };
  layer.inputs.resize(bias.defined() ? 3 : 2);
  if (bias.defined()) put(2, "bias", Value(bias));
  if (affine.scale.defined()) {
    Shape along;
    for (int i = 0; i < weight.rank(); ++i)
      along.push_back(i == weight.place(kind.channel) ? channels : 1);
    put(1, "weight", weight.with(weight.stored() * reshape(affine.scale, along)));
  }
  return true;
}

// What a batch norm with fixed statistics does; no shift: it cannot be told.
Affine affine_of(const Draft& draft, const Node& norm, Index channels) {
  const bool fixed = attribute(norm, "training_mode", Index{0}) == 0 &&
                     attribute(norm, "spatial", Index{1}) != 0 && norm.outputs.size() == 1;
  std::vector<Tensor> x(5);  // from 1 on: gamma, beta, mean, variance
  for (std::size_t i = 1; fixed && i < x.size(); ++i) {
    const Value* value = constant(draft, norm, i);
    if (i == 1 && !given(norm, i)) continue;
    if (!value || value->is_whole() || value->shape() != Shape{channels}) return {};
    x[i] = value->tensor();
  }
  if (!fixed) return {};
  const Tensor scale = rsqrt(x[4] + attribute(norm, "epsilon", 1e-5f));
  return {x[3], x[1].defined() ? scale * x[1] : scale, x[2]};
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

void name_results(Draft& draft) {
  merge_into_makers(draft, 1,
                    [](const Node& node, std::size_t, Node&) { return node.op == "Identity"; });
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
  merge_into_makers(draft, 1, [&](const Node& norm, std::size_t, Node& conv) {
    if (norm.op != "BatchNormalization" || conv.op != "Conv") return false;
    const Index channels = channels_of(draft, conv, kLayers[0]);
    const Affine affine = affine_of(draft, norm, channels);
    return channels > 0 && affine.shift.defined() &&
           absorb(draft, conv, kLayers[0], affine, norm.outputs[0] + "/folded ");
  });
}

void fold_scales(Draft& draft) {
  merge_into_makers(draft, 2, [&](const Node& node, std::size_t i, Node& layer) {
    const auto* kind = std::find_if(std::begin(kLayers), std::end(kLayers),
                                    [&](const Layer& k) { return layer.op == k.op; });
    if ((node.op != "Mul" && node.op != "Add") || kind == std::end(kLayers)) return false;
    const Index channels = channels_of(draft, layer, *kind);
    const Tensor by = per_channel(constant(draft, node, 1 - i), channels, kind->rank);
    if (channels == 0 || !by.defined()) return false;
    const Affine affine = node.op == "Mul" ? Affine{{}, by, {}} : Affine{{}, {}, by};
    return absorb(draft, layer, *kind, affine, node.outputs[0] + "_");
  });
}

namespace {

using Numbers = std::vector<Index>;

bool all_are(const Numbers& numbers, Index value) {
  return std::all_of(numbers.begin(), numbers.end(), [&](Index x) { return x == value; });
}

// Whether an average has as many pixels as its image.
bool keeps_size(const Node& pool) {
  const Numbers kernel = attribute(pool, "kernel_shape", Numbers{});
  const Numbers pads = attribute(pool, "pads", Numbers(2 * kernel.size(), 0));
  const bool steps = all_are(attribute(pool, "strides", Numbers{}), 1) &&
                     all_are(attribute(pool, "dilations", Numbers{}), 1);
  const bool plain = pool.op == "AveragePool" && pool.inputs.size() == 1 && steps;
  if (!plain || pads.size() != 2 * kernel.size()) return false;
  if (attribute(pool, "auto_pad", std::string()).starts_with("SAME")) return true;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const Index before = pads[i], after = pads[i + kernel.size()];
    if (before < 0 || before >= kernel[i] || after != kernel[i] - 1 - before) return false;
  }
  return true;
}

// Whether a convolution maps each pixel by itself to fewer channels.
bool narrows(const Draft& draft, const Node& conv) {
  if (conv.op != "Conv" || conv.outputs.size() != 1) return false;
  if (channels_of(draft, conv, kLayers[0]) == 0) return false;
  const Value& weight = *constant(draft, conv, 1);
  const Shape shape = weight.shape();
  const int spatial = draft.model.nhwc ? 1 : 2, in = draft.model.nhwc ? 3 : 1;
  return weight.rank() == 4 && shape[spatial] * shape[spatial + 1] == 1 && shape[0] < shape[in] &&
         all_are(attribute(conv, "strides", Numbers{}), 1) &&
         all_are(attribute(conv, "pads", Numbers{}), 0) && attribute(conv, "group", Index{1}) == 1;
}

}  // namespace

void average_late(Draft& draft) {
  const Counts uses = count_uses(draft);
  std::unordered_map<std::string, std::size_t> averages;  // by result: where they are in `kept`
  std::vector<Node> kept;
  for (Node& node : draft.nodes) {
    const auto found = node.inputs.empty() ? averages.end() : averages.find(node.inputs[0]);
    if (found == averages.end() || uses.at(node.inputs[0]) != 1 || !narrows(draft, node)) {
      if (keeps_size(node)) averages[node.outputs[0]] = kept.size();
      kept.push_back(std::move(node));
      continue;
    }
    Node average = std::exchange(kept[found->second], node);
    Node& conv = kept[found->second];
    conv.inputs = {average.inputs[0], node.inputs[1]};
    conv.outputs = {node.outputs[0] + "/before the average"};
    average.inputs = conv.outputs;
    average.outputs = node.outputs;
    if (given(node, 2)) average.inputs.push_back(node.inputs[2]);  // its row adds a bias
    kept.push_back(std::move(average));
  }
  draft.nodes = std::move(kept);
}

void fuse_activations(Draft& draft) {
  merge_into_makers(draft, 1, [](const Node& activation, std::size_t, Node& conv) {
    const bool known =
        activation.op == "Relu" || activation.op == "LeakyRelu" || activation.op == "Tanh";
    const bool takes = conv.op == "Conv" || conv.op == "ConvTranspose" ||
                       (conv.op == "AveragePool" && given(conv, 1));
    if (!known || !takes) return false;
    if (!conv.attributes.emplace("activation", activation.op).second) return false;
    const auto slope = activation.attributes.find("alpha");
    conv.attributes.insert_or_assign(
        "slope", slope == activation.attributes.end() ? Attribute(0.01f) : slope->second);
    return true;
  });
}

void settle_kernels(const std::vector<Node>& nodes, std::map<std::string, Value>& constants) {
  const NoGrad constant;
  for (const Node& node : nodes) {
    if ((node.op != "Conv" && node.op != "ConvTranspose") || node.inputs.size() < 2) continue;
    const auto found = constants.find(node.inputs[1]);
    if (found == constants.end() || found->second.is_whole() || found->second.rank() < 3) continue;
    Value& kernel = found->second;
    kernel = Value::image(kernel.image(), kernel.type());
  }
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
