// Graph: a trained network from a file, as a function: TensorFlow frozen GraphDef or ONNX (opsets
// 1 to 28, those below 6 by the rules of 6), recognized by content.
//
//   const Graph net = Graph::load("inception.onnx");
//   Tensor features = net.run({{"images", x}}, {"pool3"})[0];
//
// Any value of the graph can be fed or requested by name; only the nodes in between run. Tensors of
// four axes are images and always [N, H, W, C] here, whatever the file's order; all others are as
// in the file. The batch may be of any size. Nothing is recorded for gradients. Cost: loading
// copies the weights twice; the first run for each set of names also plans it. Not thread-safe.
// Errors: one line with the file and the node or name.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/model.h"

namespace engine::graph {

class Plan;

class Graph {
 public:
  static Graph load(const std::string& path);
  // `path` is used in messages and to find external weights.
  static Graph parse(std::string_view bytes, const std::string& path);
  explicit Graph(Model model);
  Graph(Graph&&) noexcept;
  ~Graph();

  const std::vector<Port>& inputs() const;   // extents in the file's order
  const std::vector<Port>& outputs() const;  // TensorFlow: what no node reads
  bool has(const std::string& name) const;   // whether a value of this name exists
  // Names of the values that ops with this name produce, in file order.
  std::vector<std::string> made_by(const std::string& op) const;

  // `wanted` empty: all outputs.
  std::vector<Tensor> run(const std::map<std::string, Tensor>& feeds,
                          const std::vector<std::string>& wanted = {}) const;
  // The same, with every type and in the file's order of axes.
  std::vector<Value> run_values(const std::map<std::string, Value>& feeds,
                                const std::vector<std::string>& wanted = {}) const;
  // A graph with one input, and its first output.
  Tensor operator()(const Tensor& x) const;

  const Model& model() const { return *model_; }
  const Plan& plan(const std::vector<std::string>& fed,
                   const std::vector<std::string>& wanted) const;

 private:
  std::string resolved(const std::string& name) const;
  std::unique_ptr<const Model> model_;
  using Names = std::vector<std::string>;
  mutable std::map<std::pair<Names, Names>, std::unique_ptr<const Plan>> plans_;
};

}  // namespace engine::graph
