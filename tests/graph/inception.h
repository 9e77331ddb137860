// The Inception network of 2015 at a sixteenth of its width, with random weights: its shape is
// described once and written twice, as a frozen TensorFlow GraphDef with the node names and layouts
// of the original, and as ONNX. Names and order: the published graph's.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/model.h"

namespace inception {

constexpr engine::Index kFeatures = 2048 / 16, kClasses = 63;

std::string as_graph_def();      // fed at ExpandDims; pool_3, softmax/logits/MatMul, softmax
engine::graph::Model as_onnx();  // the same: images; features, unbiased, probabilities
std::vector<std::string> conv_scopes();  // the 94, in file order

}  // namespace inception
