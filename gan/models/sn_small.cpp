#include "gan/models/sn_small.h"

#include "layers/layers.h"

namespace gan::models {

using engine::Activation;
using namespace layers;

Networks sn_small(const ImageSize& image, const Constraints& constraints) {
  const Index z_dim = 64, height = image.height / 8, width = image.width / 8;
  const Conv2dOptions halve{
      .kernel = 4, .stride = 2, .padding = 1, .activation = Activation::leaky_relu, .slope = 0.1F};
  Sequential generator = {
      Linear(z_dim, height * width * 128),
      Unflatten{height, width, 128},
      BatchNorm(128),
      Relu{},
      ConvTranspose2d(128, 64, {.kernel = 4, .stride = 2, .padding = 1}),
      BatchNorm(64),
      Relu{},
      ConvTranspose2d(64, 32, {.kernel = 4, .stride = 2, .padding = 1}),
      BatchNorm(32),
      Relu{},
      ConvTranspose2d(32, image.channels,
                      {.kernel = 4, .stride = 2, .padding = 1, .activation = Activation::tanh})};
  Sequential discriminator = {Conv2d(image.channels, 32, halve, constraints),
                              Conv2d(32, 64, halve, constraints),
                              Conv2d(64, 128, halve, constraints), Flatten{},
                              Linear(height * width * 128, 1, {}, constraints)};
  for (Sequential* network : {&generator, &discriminator})
    initialize(*network,
               [](const engine::Shape& shape) { return engine::normal(shape, 0, 0.02F); });
  return {std::move(generator), std::move(discriminator), z_dim};
}

}  // namespace gan::models
