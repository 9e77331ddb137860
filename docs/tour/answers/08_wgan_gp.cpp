#include <cmath>
#include <cstdio>

#include "layers/layers.h"
#include "layers/penalty.h"
using namespace engine;
using namespace layers;

// 3. R1 (Mescheder, Geiger and Nowozin, 2018): half the mean squared slope at real samples.
Tensor r1(Sequential& critic, const Tensor& real) {
  return 0.5F * mean(square(slopes(critic, real)));
}

int main() {
  seed(1);
  // 1. The critic f(x) = w x has slope |w| everywhere, so the penalty is (|w| - 1)^2, and its
  // gradient 2 (|w| - 1) w / |w|. With w = (3, 4) that is 8 (0.6, 0.8).
  Linear linear(2, 1, {.bias = false});
  linear.weight.assign(Tensor::from({1, 2}, {3, 4}));
  Sequential critic;
  critic.add(linear);
  const Tensor penalty = mean(square(slopes(critic, normal({10, 2})) - 1));
  const auto g = grad(penalty, critic.parameters())[0].values();
  std::printf("penalty %.1f, gradient %.1f %.1f\n", penalty.item(), g[0], g[1]);

  // 2. One-sided: a slope below 1 costs nothing.
  critic.parameters()[0]->assign(Tensor::from({1, 2}, {0.3F, 0.4F}));
  const Tensor s = slopes(critic, normal({10, 2}));
  std::printf("two-sided %.2f, one-sided %.2f\n", mean(square(s - 1)).item(),
              mean(square(relu(s - 1))).item());

  std::printf("R1 %.3f\n", r1(critic, normal({10, 2})).item());
}
