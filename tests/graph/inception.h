// The Inception network at a sixteenth of its width (tools/bench/inception_network.h), written
// twice: as a frozen TensorFlow GraphDef with the node names and layouts of the original, and as
// ONNX.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/model.h"

namespace inception {

constexpr engine::Index kFraction = 16;
constexpr engine::Index kFeatures = 2048 / kFraction, kClasses = 1008 / kFraction;

std::string as_graph_def();      // fed at ExpandDims; pool_3, softmax/logits/MatMul, softmax
engine::graph::Model as_onnx();  // the same: images; features, unbiased, probabilities
std::vector<std::string> conv_scopes();  // the 94, in file order

}  // namespace inception
