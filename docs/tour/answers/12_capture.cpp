#include <cstdio>
#include <vector>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

int main() {
  // 1. A value that the host recomputes for each step: a tensor of the step number.
  std::vector<Real> number{0};
  Tensor seen;
  Captured count = capture([&] {
    seen = live_tensor({1}, [&] {
      ++number[0];
      return std::span<const Real>(number);
    });
  });
  for (int i = 0; i < 5; ++i) count();
  std::printf("live: %g\n", seen.item());

  // 2. A learning rate is set between the calls; each call or replay uses the one set before it.
  Param w(scalar(1));
  Sgd sgd({.lr = 0.5F}, {&w});
  Captured step = capture([&] { sgd.step(grad(w.raw() * 1, std::vector<Param*>{&w})); });
  step();
  sgd.set_lr(0.25F);
  step();
  std::printf("w: %g\n", w.raw().item());
}
