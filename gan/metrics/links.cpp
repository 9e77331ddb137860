#include "gan/metrics/links.h"

namespace gan::metrics {

using engine::graph::Node;
using engine::graph::Value;

Links::Links(const engine::graph::Model& model) : model_(model) {
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    for (const std::string& input : model.nodes[i].inputs) readers_[input].push_back(i);
    for (const std::string& output : model.nodes[i].outputs) makers_[output] = i;
  }
}

const Node* Links::maker(const std::string& value) const {
  const auto found = makers_.find(value);
  return found == makers_.end() ? nullptr : &model_.nodes[found->second];
}

const std::vector<std::size_t>& Links::readers(const std::string& value) const {
  static const std::vector<std::size_t> nobody;
  const auto found = readers_.find(value);
  return found == readers_.end() ? nobody : found->second;
}

const Value* Links::constant(const std::string& value) const {
  std::string at = value;
  for (std::size_t steps = 0; steps <= model_.nodes.size(); ++steps) {  // a cycle ends too
    if (const auto found = model_.constants.find(at); found != model_.constants.end())
      return &found->second;
    const Node* node = maker(at);
    if (!node) return nullptr;
    if (node->op == "Constant") return attribute<Value>(*node, "value");
    const bool same = node->op == "Identity" || node->op == "Transpose";  // as many elements
    if (!same || node->inputs.empty()) return nullptr;
    at = node->inputs[0];
  }
  return nullptr;
}

}  // namespace gan::metrics
