#include "gan/models/mlp.h"

#include "layers/layers.h"

namespace gan::models {

using namespace layers;

Networks mlp(const ImageSize& image, const Constraints& constraints, const Options&) {
  const Index z_dim = 2, hidden = 128, pixels = image.height * image.width * image.channels;
  Sequential generator = {
      Linear(z_dim, hidden),  Relu{},
      Linear(hidden, hidden), Relu{},
      Linear(hidden, hidden), Relu{},
      Linear(hidden, pixels), Unflatten{image.height, image.width, image.channels}};
  Sequential discriminator = {Flatten{}, Linear(pixels, hidden, {}, constraints),
                              Relu{},    Linear(hidden, hidden, {}, constraints),
                              Relu{},    Linear(hidden, hidden, {}, constraints),
                              Relu{},    Linear(hidden, 1, {}, constraints)};
  return {std::move(generator), std::move(discriminator), z_dim};
}

}  // namespace gan::models
