#include "gan/models/sn_resnet.h"

#include <cmath>

#include "layers/layers.h"

namespace gan::models {
namespace {

using engine::Activation;
using namespace layers;

const engine::Real kInBlock = std::sqrt(2.0F);  // gain of the weights within blocks

template <class Layer>
Layer glorot(Layer layer, engine::Real gain = 1) {
  layer.weight.assign(glorot_uniform(layer.weight.raw().shape(), gain));
  if (layer.bias.defined()) layer.bias.assign(engine::zeros(layer.bias.raw().shape()));
  return layer;
}

Conv2d conv3x3(Index in, Index out, const Constraints& constraints = {},
               Activation activation = Activation::none) {
  return glorot(Conv2d(in, out, {.kernel = 3, .padding = 1, .activation = activation}, constraints),
                kInBlock);
}

Conv2d conv1x1(Index in, Index out, const Constraints& constraints = {}) {
  return glorot(Conv2d(in, out, {.kernel = 1}, constraints));
}

// A 1x1 convolution commutes with nearest upsampling and with average pooling; the shortcuts below
// take the order that convolves the smaller image.

Residual upsampling_block(Index channels) {
  return {.main = {BatchNorm(channels), Relu{}, UpsampleNearest{}, conv3x3(channels, channels),
                   BatchNorm(channels), Relu{}, conv3x3(channels, channels)},
          .shortcut = {conv1x1(channels, channels), UpsampleNearest{}}};
}

// The discriminator's first block, which sees the image: without an activation before it.
Residual first_block(Index in, Index out, const Constraints& constraints) {
  return {.main = {conv3x3(in, out, constraints, Activation::relu), conv3x3(out, out, constraints),
                   AveragePool{}},
          .shortcut = {AveragePool{}, conv1x1(in, out, constraints)}};
}

Residual block(Index channels, bool pool, const Constraints& constraints) {
  Residual block{.main = {Relu{}, conv3x3(channels, channels, constraints, Activation::relu),
                          conv3x3(channels, channels, constraints)}};
  if (!pool) return block;
  block.main.add(AveragePool{});
  block.shortcut = {AveragePool{}, conv1x1(channels, channels, constraints)};
  return block;
}

}  // namespace

Networks sn_resnet(const ImageSize& image, const Constraints& constraints) {
  const Index z_dim = 128, height = image.height / 8, width = image.width / 8;
  Sequential generator = {
      glorot(Linear(z_dim, height * width * 256)),
      Unflatten{height, width, 256},
      upsampling_block(256),
      upsampling_block(256),
      upsampling_block(256),
      BatchNorm(256),
      Relu{},
      glorot(Conv2d(256, image.channels,
                    {.kernel = 3, .padding = 1, .activation = Activation::tanh}))};
  Sequential discriminator = {first_block(image.channels, 128, constraints),
                              block(128, true, constraints),
                              block(128, false, constraints),
                              block(128, false, constraints),
                              Relu{},
                              GlobalSumPool{},
                              glorot(Linear(128, 1, {.bias = false}, constraints))};
  return {std::move(generator), std::move(discriminator), z_dim};
}

}  // namespace gan::models
