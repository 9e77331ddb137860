// TensorFlow ops rewritten as ONNX ops: one row each, a function that adds equivalent nodes to the
// model. So TensorFlow ops need no execution code. Kernels [kH, kW, I, O] become [O, kH, kW, I] by
// a Transpose that constant folding does once.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/model.h"
#include "engine/graph/tensorflow.pb.h"

namespace engine::graph {

// Adds the equivalent of this node; false if its op has no row. Errors: Unsupported, with the
// reason, for modes without an equivalent.
bool rewrite_tensorflow(const tensorflow::NodeDef& node, Model& model);

std::vector<std::string> inputs_of(const tensorflow::NodeDef& node);  // without control inputs

}  // namespace engine::graph
