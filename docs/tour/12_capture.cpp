#include <cstdio>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

int main(int argc, char** argv) {
  if (argc > 1) Device::named(argv[1]).use();  // "cuda"
  seed(1);
  Sequential critic{Linear(2, 16, SpectralNorm{3}), MaxMin{}, Linear(16, 1, SpectralNorm{3})};
  Adam adam({.lr = 5e-3F}, critic.parameters());
  Tensor gap;
  Captured step = capture([&] {
    const Tensor real = 0.1F * normal({128, 2}) + 2, fake = 0.1F * normal({128, 2});
    gap = mean(critic(real)) - mean(critic(fake));
    adam.step(grad(-gap, critic.parameters()));
  });

  for (int call = 1; call <= 300; ++call) {
    step();
    if (call == 1 || call == 300)
      std::printf("call %3d: %s, gap %.2f\n", call, step.replays() ? "replayed" : "called",
                  gap.item());
  }

  std::printf("device: %s\n", Device::current().name());
  if (!step.replays()) std::printf("no graph here: the step is a plain function call\n");
}
