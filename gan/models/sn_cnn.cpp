#include "gan/models/sn_cnn.h"

#include <array>

#include "gan/models/conditional.h"

namespace gan::models {
namespace {

using engine::Activation;
using namespace layers;

constexpr Index kZDim = 128;

void start_normal(Sequential& network) {
  initialize(network, [](const engine::Shape& shape) { return engine::normal(shape, 0, 0.02F); });
}

Sequential make_generator(const ImageSize& image, bool norm_first, const Options& options) {
  const Index height = image.height / 8, width = image.width / 8, widest = 512;
  Sequential g;
  g.add(Linear(kZDim, height * width * widest));
  if (norm_first) {
    add_norm(g, height * width * widest, options);
    g.add(Relu{});
  }
  g.add(Unflatten{height, width, widest});
  for (Index channels = widest; channels > 64; channels /= 2) {
    g.add(ConvTranspose2d(channels, channels / 2, {.kernel = 4, .stride = 2, .padding = 1}));
    add_norm(g, channels / 2, options);
    g.add(Relu{});
  }
  g.add(Conv2d(64, image.channels, {.kernel = 3, .padding = 1, .activation = Activation::tanh}));
  start_normal(g);
  return g;
}

Sequential make_discriminator(const ImageSize& image, const std::array<Index, 7>& widths,
                              const Constraints& constraints, const Options& options) {
  Sequential d;
  Index channels = image.channels;
  bool halve = false;
  for (const Index width : widths) {
    d.add(Conv2d(channels, width,
                 {.kernel = halve ? 4 : 3,
                  .stride = halve ? 2 : 1,
                  .padding = 1,
                  .activation = Activation::leaky_relu,
                  .slope = 0.1F},
                 constraints));
    channels = width;
    halve = !halve;
  }
  d.add(Flatten{});
  add_head(d, image.height / 8 * (image.width / 8) * channels, {}, constraints, options);
  start_normal(d);
  return d;
}

}  // namespace

Networks sn_cnn(const ImageSize& image, const Constraints& constraints, const Options& options) {
  return {make_generator(image, false, options),
          make_discriminator(image, {64, 64, 128, 128, 256, 256, 512}, constraints, options),
          kZDim};
}

Networks sn_cnn_wide(const ImageSize& image, const Constraints& constraints,
                     const Options& options) {
  return {make_generator(image, true, options),
          make_discriminator(image, {64, 128, 128, 256, 256, 512, 512}, constraints, options),
          kZDim};
}

}  // namespace gan::models
