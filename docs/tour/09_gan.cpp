#include <cstdio>

#include "datasets/image_grid.h"
#include "datasets/loader.h"
#include "layers/layers.h"
using namespace engine;
using namespace layers;

int main() {
  seed(1);
  const auto shapes = datasets::open("shapes", {.resize = 16});
  datasets::Loader loader(*shapes, {.batch = 64, .seed = 1});

  const ConvTranspose2dOptions twice{.kernel = 4, .stride = 2, .padding = 1};
  Sequential generator{Linear(32, 4 * 4 * 64),
                       Unflatten{4, 4, 64},
                       BatchNorm(64),
                       Relu{},
                       ConvTranspose2d(64, 32, twice),
                       BatchNorm(32),
                       Relu{},
                       ConvTranspose2d(32, 3, twice),
                       Tanh{}};

  const Conv2dOptions half{.kernel = 4, .stride = 2, .padding = 1};
  Sequential critic{Conv2d(3, 32, half, SpectralNorm{}),
                    LeakyRelu{0.1F},
                    Conv2d(32, 64, half, SpectralNorm{}),
                    LeakyRelu{0.1F},
                    Conv2d(64, 64, {.kernel = 3, .padding = 1}, SpectralNorm{}),
                    LeakyRelu{0.1F},
                    Flatten{},
                    Linear(4 * 4 * 64, 1, SpectralNorm{})};
  Adam generator_adam({.lr = 1e-3F, .beta1 = 0, .beta2 = 0.9F}, generator.parameters());
  Adam critic_adam({.lr = 1e-3F, .beta1 = 0, .beta2 = 0.9F}, critic.parameters());
  Ema average(0.99F, generator);

  Tensor real;
  for (int step = 0; step < 1500; ++step) {
    real = loader.next().images;
    const Tensor fake = generator(normal({64, 32})).detach();
    const Tensor hinge = mean(relu(1 - critic(real))) + mean(relu(1 + critic(fake)));
    critic_adam.step(grad(hinge, critic.parameters()));

    const Tensor loss = -mean(critic(generator(normal({64, 32}))));
    generator_adam.step(grad(loss, generator.parameters()));
    average.step();
  }

  const Eval evaluate;
  const Tensor samples = average.average()(normal({64, 32}));
  datasets::save_grid("09_gan.png", samples, {.scale = 2});
  datasets::save_grid("09_shapes.png", real, {.scale = 2});
  const auto brightness = [](const Tensor& x) { return mean(x).item() / 2 + 0.5F; };
  std::printf("brightness: samples %.2f, shapes %.2f\n", brightness(samples), brightness(real));
}
