#include "gan/models/sn_small.h"

#include "gan/models/conditional.h"

namespace gan::models {

using engine::Activation;
using namespace layers;

Networks sn_small(const ImageSize& image, const Constraints& constraints, const Options& options) {
  const Index z_dim = 64, height = image.height / 8, width = image.width / 8;
  const Conv2dOptions halve{
      .kernel = 4, .stride = 2, .padding = 1, .activation = Activation::leaky_relu, .slope = 0.1F};
  Sequential generator = {Linear(z_dim, height * width * 128), Unflatten{height, width, 128}};
  for (Index channels = 128; channels > 32; channels /= 2) {
    add_norm(generator, channels, options);
    generator.add(Relu{});
    generator.add(
        ConvTranspose2d(channels, channels / 2, {.kernel = 4, .stride = 2, .padding = 1}));
  }
  add_norm(generator, 32, options);
  generator.add(Relu{});
  generator.add(
      ConvTranspose2d(32, image.channels,
                      {.kernel = 4, .stride = 2, .padding = 1, .activation = Activation::tanh}));
  Sequential discriminator = {Conv2d(image.channels, 32, halve, constraints),
                              Conv2d(32, 64, halve, constraints),
                              Conv2d(64, 128, halve, constraints), Flatten{}};
  add_head(discriminator, height * width * 128, {}, constraints, options);
  for (Sequential* network : {&generator, &discriminator})
    initialize(*network,
               [](const engine::Shape& shape) { return engine::normal(shape, 0, 0.02F); });
  return {std::move(generator), std::move(discriminator), z_dim};
}

}  // namespace gan::models
