// The networks of a run as ONNX models that any ONNX runtime can execute, for batches of any size.
//
//   generator       noise [N, z_dim], normal                 to  images [N, C, H, W] in [-1, 1]
//   discriminator   images [N, C, H, W] in [-1, 1]           to  score [N, 1]
//
// Both are in evaluation mode: batch norms with running statistics; constrained weights as the
// layers use them, so no power iteration remains. Conditional networks are exported for the one
// class that layers::Labels gives. Cost: two small forward passes. Errors: an op without a
// counterpart in ONNX, by name.
#pragma once

#include "engine/graph/model.h"
#include "gan/models/models.h"

namespace gan::models {

engine::graph::Model generator_model(Networks& networks);
engine::graph::Model discriminator_model(Networks& networks, const ImageSize& image);

}  // namespace gan::models
