// Model: a graph as read from a file. Nodes are ONNX ops with ONNX attributes; a TensorFlow graph
// is rewritten into them when read, so that everything after the readers exists once. Nothing is
// executed here. Errors of the readers name the file and the offset, tensor or node.
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

// An attribute of a node.
using Attribute = std::variant<Index, float, std::string, std::vector<Index>, std::vector<float>,
                               std::vector<std::string>, Value>;

// One op of a graph.
struct Node {
  std::string name, op;
  std::vector<std::string> inputs, outputs;  // an empty name: not given
  std::map<std::string, Attribute> attributes;
};

// An input or output of the graph. An extent of -1 accepts any number; `any_shape` without extents
// accepts any shape.
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
  // Values that cannot be read (unknown type, missing file, damage): their names, and the error for
  // ops that need them.
  std::map<std::string, std::exception_ptr> unreadable = {};
  std::vector<Port> inputs, outputs;            // TensorFlow: placeholders, and unused values
  std::map<std::string, std::string> metadata;  // ONNX's metadata_props: what a file says of itself
};

// The bytes of a file. Errors: it cannot be read, or is a folder (the message says of what kind).
std::string read_graph_file(const std::string& path);

// The model in these bytes, recognized by content; the error for another known kind of file names
// it. `path` is for messages and for external weights, which must be in the same folder or linked
// from there. Cost: one copy of the weights.
Model read_model(std::string_view bytes, const std::string& path);
Model read_onnx(std::string_view bytes, const std::string& path);
Model read_tensorflow(std::string_view bytes, const std::string& path);

// Converts convolution kernels to channels-last, once, so that all plans of an ONNX graph share
// them. Their values, and the file's order of axes as seen by callers, do not change.
void settle_kernels(const std::vector<Node>& nodes, std::map<std::string, Value>& constants);

// For callers that read constants without running anything. Errors: a constant that a node reads is
// damaged or missing, not merely unsupported.
void check_undamaged(const Model& model);

// One serialized ONNX TensorProto, as the conformance cases store their values.
Value read_onnx_tensor(std::string_view bytes, const std::string& path);

}  // namespace engine::graph
