// GraphDefBuilder: a frozen TensorFlow graph, put together node by node. For tests.
//
//   GraphDefBuilder net;
//   std::string x = net.placeholder("images", {-1, 8, 8, 3});
//   x = net.node("Sub", {x, net.reals({3}, {104, 117, 123})});
//   net.bytes();                                             // of the file
#pragma once

#include <string>
#include <vector>

#include "engine/graph/tensorflow.pb.h"
#include "engine/real.h"

class GraphDefBuilder {
 public:
  using Extents = std::vector<engine::Index>;

  // Type: TensorFlow's number, 1 for float32, 4 for uint8.
  std::string placeholder(const std::string& name, const Extents& extents, int type = 1) {
    auto& attributes = *add("Placeholder", {}, name).mutable_attr();
    attributes["dtype"].set_type(type);
    auto& shape = *attributes["shape"].mutable_shape();
    for (const engine::Index extent : extents) shape.add_dim()->set_size(extent);
    return name;
  }
  std::string reals(const Extents& extents, const std::vector<float>& values) {
    auto [name, tensor] = constant(extents, 1);
    for (const float value : values) tensor->add_float_val(value);
    return name;
  }
  std::string wholes(const Extents& extents, const std::vector<int>& values) {
    auto [name, tensor] = constant(extents, 3);
    for (const int value : values) tensor->add_int_val(value);
    return name;
  }
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& name = "") {
    auto& made = add(op, inputs, name);
    if (op == "Conv2D") {
      (*made.mutable_attr())["padding"].set_s("SAME");
      for (int i = 0; i < 4; ++i) (*made.mutable_attr())["strides"].mutable_list()->add_i(1);
    }
    if (op == "Cast") (*made.mutable_attr())["DstT"].set_type(1);
    return made.name();
  }
  // Attributes of the node that was added last: a whole number, or text.
  GraphDefBuilder& with(const std::string& attribute, int number) {
    (*last().mutable_attr())[attribute].set_i(number);
    return *this;
  }
  GraphDefBuilder& with(const std::string& attribute, const std::string& text) {
    (*last().mutable_attr())[attribute].set_s(text);
    return *this;
  }
  std::string bytes() const { return graph_.SerializeAsString(); }

 private:
  engine::graph::tensorflow::NodeDef& add(const std::string& op,
                                          const std::vector<std::string>& inputs,
                                          const std::string& name = "") {
    auto& made = *graph_.add_node();
    made.set_op(op);
    made.set_name(name.empty() ? op + "_" + std::to_string(graph_.node_size()) : name);
    for (const std::string& input : inputs) made.add_input(input);
    return made;
  }
  engine::graph::tensorflow::NodeDef& last() {
    return *graph_.mutable_node(graph_.node_size() - 1);
  }
  std::pair<std::string, engine::graph::tensorflow::TensorProto*> constant(const Extents& extents,
                                                                           int type) {
    auto& made = add("Const", {});
    auto& attributes = *made.mutable_attr();
    attributes["dtype"].set_type(type);
    auto* tensor = attributes["value"].mutable_tensor();
    tensor->set_dtype(type);
    tensor->mutable_tensor_shape();
    for (const engine::Index extent : extents)
      tensor->mutable_tensor_shape()->add_dim()->set_size(extent);
    return {made.name(), tensor};
  }

  engine::graph::tensorflow::GraphDef graph_;
};
