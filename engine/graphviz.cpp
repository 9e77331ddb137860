#include "engine/graphviz.h"

#include <map>
#include <sstream>

#include "engine/check.h"
#include "engine/op.h"

namespace engine {
namespace {

// Everything that y was computed from, and y itself, oldest first.
std::map<std::uint64_t, const Node*> graph_of(const Tensor& y) {
  std::map<std::uint64_t, const Node*> found;
  std::vector<const Node*> waiting{y.node()};
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    if (!found.emplace(node->id, node).second) continue;
    for (const Tensor& input : node->inputs) waiting.push_back(input.node());
  }
  return found;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string label(const Node& node, const TensorNames& names) {
  std::ostringstream text;
  for (const auto& [name, tensor] : names)
    if (tensor.node() == &node) text << escaped(name) << (node.op ? " = " : " ");
  if (node.op) text << node.op->name() << ' ';
  text << node.shape;
  return text.str();
}

}  // namespace

std::string graphviz(const Tensor& y, const TensorNames& names) {
  check(y.defined(), "graphviz: there is no tensor to draw");
  std::ostringstream dot;
  dot << "digraph {\n  node [fontname=\"Helvetica\"];\n";
  std::map<const Node*, std::size_t> numbers;
  for (const auto& [id, node] : graph_of(y)) {
    const std::size_t number = numbers.size();
    numbers[node] = number;
    dot << "  n" << number << " [label=\"" << label(*node, names) << "\", shape=\""
        << (node->op ? "box" : "ellipse") << "\"];\n";
    for (const Tensor& input : node->inputs)
      dot << "  n" << numbers.at(input.node()) << " -> n" << number << ";\n";
  }
  dot << "}\n";
  return dot.str();
}

}  // namespace engine
