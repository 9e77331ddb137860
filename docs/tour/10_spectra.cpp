#include <cstdio>
#include <string>

#include "datasets/loader.h"
#include "engine/linalg.h"
#include "gan/console/plot.h"
#include "layers/layers.h"
#include "layers/lipschitz/gradient_clipping.h"
using namespace engine;
using namespace layers;

template <class Constraint>
std::string spectrum(const char* name, Constraint constraint) {
  seed(1);
  const auto shapes = datasets::open("shapes", {.resize = 16});
  datasets::Loader loader(*shapes, {.batch = 32, .seed = 1});
  const Conv2dOptions half{.kernel = 4, .stride = 2, .padding = 1};
  Sequential critic{Conv2d(3, 32, half, constraint),
                    LeakyRelu{0.1F},
                    Conv2d(32, 64, half, constraint),
                    LeakyRelu{0.1F},
                    Flatten{},
                    Linear(4 * 4 * 64, 1, constraint)};
  Adam adam({.lr = 1e-3F, .beta1 = 0, .beta2 = 0.9F}, critic.parameters());
  Param& weight = *weights(critic)[1].param;  // of the second convolution
  SpectralGradientClipping clip{.r = 2, .iterations = 20};
  for (int step = 0; step < 400; ++step) {
    const Tensor real = loader.next().images, fake = flip(real, 1) + 0.5F * normal(real.shape());
    const Tensor hinge = mean(relu(1 - critic(real))) + mean(relu(1 + critic(fake)));
    adam.step(grad(hinge, critic.parameters()));
  }

  const auto s = singular_values(flatten(weight.value(weight.map())));
  double rank = 0;
  std::string curve = std::string("\"") + name + "\"\n";
  for (const double value : s) {
    rank += value * value / (s[0] * s[0]);
    curve += std::to_string(value / s[0]) + "\n";
  }
  const Tensor g = grad(mean(critic(loader.next().images)), {weight.raw()})[0];
  const auto before = clip(g), after = clip(before.gradient);
  std::printf("%-9s %12.1f %13.1f %13.1f\n", name, rank, before.s0.item() / before.s1.item(),
              after.s0.item() / after.s1.item());
  return curve + "\n\n";
}

int main() {
  std::printf("           stable rank  gradient s0/s1  clipped\n");
  std::string data = spectrum("clip", WeightClip{0.05F});
  data += spectrum("weight", WeightNorm{});
  data += spectrum("spectral", SpectralNorm{});
  gan::console::draw({.folder = ".",
                      .name = "10_spectra",
                      .data = data,
                      .body = "set xlabel 'index'; set ylabel 'singular value / the largest'\n"
                              "plot for [i=0:2] '10_spectra.csv' index i using 0:1 with lines lw 2 "
                              "title columnheader(1)\n",
                      .width = 640,
                      .height = 400});
}
