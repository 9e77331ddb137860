#include "gan/models/onnx.h"

#include "engine/graph/trace.h"
#include "layers/mode.h"

namespace gan::models {

using engine::Tensor;

engine::graph::Model generator_model(Networks& networks) {
  const layers::Eval evaluate;
  return engine::graph::trace([&](const Tensor& z) { return networks.generator(z); },
                              {1, networks.z_dim}, "noise", "images");
}

engine::graph::Model discriminator_model(Networks& networks, const ImageSize& image) {
  const layers::Eval evaluate;
  return engine::graph::trace([&](const Tensor& x) { return networks.discriminator(x); },
                              {1, image.height, image.width, image.channels}, "images", "score");
}

}  // namespace gan::models
