// Model: a graph as read from a file, in one vocabulary. Nodes are ONNX's ops with ONNX's
// attributes; a TensorFlow graph is rewritten into them when read, so that everything after the
// readers exists once. Nothing is executed here. Errors of the readers name the file and the
// offset, tensor or node.
#pragma once

#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/check.h"
#include "engine/graph/value.h"

namespace engine::graph {

using Attribute = std::variant<Index, float, std::string, std::vector<Index>, std::vector<float>,
                               std::vector<std::string>, Value>;

struct Node {
  std::string name, op;
  std::vector<std::string> inputs, outputs;  // an empty name: not given
  std::map<std::string, Attribute> attributes;
};

// An input or output of the graph. An extent of -1 may be anything; no extents and `any_shape`:
// all.
struct Port {
  std::string name;
  Type type = Type::float32;
  std::vector<Index> extents;
  bool any_shape = false;
};

struct Model {
  std::string path;
  std::string producer = {};            // the program that wrote it, where the file says so
  std::vector<std::string> files = {};  // others that hold its weights, each once
  int opset = 13;
  bool nhwc = false;  // images are [N, H, W, C] in the file too, and kernels [O, kH, kW, I]
  std::vector<Node> nodes;
  std::map<std::string, Value> constants;
  // Values that are there but cannot be read (a type, a missing file, damage): their names, and the
  // error for whoever needs them.
  std::map<std::string, std::exception_ptr> unreadable = {};
  std::vector<Port> inputs, outputs;            // TensorFlow: placeholders, and what nobody uses
  std::map<std::string, std::string> metadata;  // ONNX's metadata_props: what a file says of itself
};

// The bytes of a file. Errors: it cannot be read, or is a folder, which is told by what lies in it.
std::string read_graph_file(const std::string& path);

// The model in these bytes, recognised by content; known files that are no graphs are told by what
// they are. `path` is for messages and for the files that an
// ONNX file keeps its weights in: in its folder, or links there to wherever they lead. Cost: one
// copy of the weights.
Model read_model(std::string_view bytes, const std::string& path);
Model read_onnx(std::string_view bytes, const std::string& path);
Model read_tensorflow(std::string_view bytes, const std::string& path);

// Keeps the kernels of convolutions channels last, as the engine wants them: once, so that all plans
// of an ONNX graph share them. What they hold stays, as does the file's order of axes for who asks.
void settle_kernels(const std::vector<Node>& nodes, std::map<std::string, Value>& constants);

// For those who look at constants without running anything. Errors: that of a constant which a node
// reads and which is damaged or missing, not only unsupported.
void check_undamaged(const Model& model);

// One serialised ONNX TensorProto, as the conformance cases store their values.
Value read_onnx_tensor(std::string_view bytes, const std::string& path);

}  // namespace engine::graph
