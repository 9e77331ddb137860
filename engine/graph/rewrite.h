// TensorFlow's ops in ONNX's words: one row each, a function that adds to the model the nodes that
// say the same. So an op of TensorFlow needs no execution of its own. Kernels [kH, kW, I, O] become
// [O, kH, kW, I] by a Transpose that constant folding does once.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/model.h"
#include "engine/graph/tensorflow.pb.h"

namespace engine::graph {

// Adds what this node means; false where there is no row for its op.
// Errors: Unsupported, with the reason, for modes that cannot be said.
bool rewrite_tensorflow(const tensorflow::NodeDef& node, Model& model);

std::vector<std::string> inputs_of(const tensorflow::NodeDef& node);  // without control inputs

}  // namespace engine::graph
