// Links: the node that produces a value, the nodes that read it, and which values are constant.
//
//   const Links links(model);
//   if (const Value* weights = links.constant(node.inputs[1])) ...
//
// Built in one pass over the nodes; a look-up is logarithmic. The model must outlive it, and nodes
// added later are not seen.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace gan::metrics {

class Links {
 public:
  explicit Links(const engine::graph::Model& model);

  const engine::graph::Model& model() const { return model_; }
  // The node that produces this value; null: an input, a constant, or no value at all.
  const engine::graph::Node* maker(const std::string& value) const;
  const std::vector<std::size_t>& readers(const std::string& value) const;  // places in nodes
  // The array behind a name: a constant, the result of a Constant node, or either of them renamed
  // or transposed. Null: not constant.
  const engine::graph::Value* constant(const std::string& value) const;

 private:
  const engine::graph::Model& model_;
  std::map<std::string, std::vector<std::size_t>> readers_;
  std::map<std::string, std::size_t> makers_;
};

// An attribute, where the node has it as this type.
template <class T>
const T* attribute(const engine::graph::Node& node, const char* name) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

}  // namespace gan::metrics
