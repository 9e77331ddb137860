#include <cstdio>
#include <string>

#include "gan/console/plot.h"
#include "layers/layers.h"
#include "layers/penalty.h"
using namespace engine;
using namespace layers;

Tensor centers(const Tensor& number) {  // of eight Gaussians, on a circle of radius 2
  const Tensor angle = number * 0.785398F;
  return 2 * concat({cos(angle), sin(angle)}, 1);
}
Tensor ring(Index n) { return centers(floor(uniform({n, 1}, 0, 8))) + 0.05F * normal({n, 2}); }

Sequential mlp(Index in, Index out) {
  return {Linear(in, 64), Relu{}, Linear(64, 64), Relu{}, Linear(64, out)};
}

int main() {
  seed(1);
  const Index batch = 128;
  Sequential generator = mlp(2, 2), critic = mlp(2, 1);
  Adam generator_adam({.lr = 1e-3F, .beta1 = 0.5F, .beta2 = 0.9F}, generator.parameters());
  Adam critic_adam({.lr = 1e-3F, .beta1 = 0.5F, .beta2 = 0.9F}, critic.parameters());
  for (int step = 0; step < 3000; ++step) {
    for (int i = 0; i < 5; ++i) {
      const Tensor real = ring(batch), fake = generator(normal({batch, 2})).detach();
      const Tensor penalty = mean(square(slopes(critic, between(real, fake)) - 1));
      const Tensor loss = mean(critic(fake)) - mean(critic(real)) + penalty;
      critic_adam.step(grad(loss, critic.parameters()));
    }
    const Tensor loss = -mean(critic(generator(normal({batch, 2}))));
    generator_adam.step(grad(loss, generator.parameters()));
  }

  const Tensor fake = generator(normal({1000, 2}));
  int modes = 0;
  Real near = 0;
  for (int i = 0; i < 8; ++i) {
    const Tensor offset = fake - centers(full({1, 1}, Real(i)));
    const Real share = mean(step(0.5F - sqrt(sum(square(offset), {1})))).item();
    modes += share > 0.03F;
    near += share;
  }
  const Real slope = mean(slopes(critic, between(ring(1000), fake))).item();
  std::printf("modes %d of 8, samples near one %.2f, mean slope %.2f\n", modes, near, slope);

  std::string data;
  const auto a = fake.values(), b = ring(1000).values();
  for (std::size_t i = 0; i < a.size(); i += 2)
    data += std::to_string(a[i]) + "," + std::to_string(a[i + 1]) + "," + std::to_string(b[i]) +
            "," + std::to_string(b[i + 1]) + "\n";
  gan::console::draw({".", "08_wgan_gp", data,
                      "set size ratio -1\n"
                      "plot '08_wgan_gp.csv' using 3:4 pt 7 ps 0.3 title 'data', "
                      "'' using 1:2 pt 7 ps 0.3 title 'generator'\n",
                      480, 480});
}
