#include <cmath>
#include <cstdio>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

struct InfinityNorm {  // k W / max over rows of sum |R|
  Target target = {};
  static constexpr Bounds bounds = Bounds::neither;

  Tensor operator()(const LinearMap& W) const {
    const Tensor row_sums = sum(abs(flatten(W.weight)), {1});
    return target.scale(W.weight, max(row_sums));
  }
  template <class V>
  void options(V& v) {
    v(target);
  }
};

Real largest(const Tensor& x) { return max(abs(x)).item(); }

int main() {
  seed(1);
  const InfinityNorm one{{.k = 1}};
  Sequential critic{Linear(2, 16, one), Relu{}, Linear(16, 16, one), Relu{}, Linear(16, 1, one)};
  Adam adam({.lr = 0.01F}, critic.parameters());
  for (int step = 0; step < 200; ++step) {
    const Tensor real = uniform({64, 2}) + 2, fake = uniform({64, 2});
    adam.step(grad(mean(critic(fake)) - mean(critic(real)), critic.parameters()));
  }

  Param& weight = *weights(critic)[1].param;
  const Tensor used = weight.value(weight.map());
  std::printf("largest row sum: raw %.2f, used %.4f\n", max(sum(abs(weight.raw()), {1})).item(),
              max(sum(abs(used), {1})).item());

  const Tensor x = uniform({1000, 2}, -4, 4), step = uniform({1000, 2}, -1, 1);
  const Tensor change = abs(critic(x + step) - critic(x));
  const Tensor length = reshape(max(abs(step), {1}), {1000, 1});
  std::printf("largest change per unit of input: %.2f\n", largest(change / length));

  const Tensor loss = mean(critic(x));
  const Tensor g = grad(loss, {weight.raw()})[0];
  std::printf("<dL/dW, W> is 0: %s\n",
              std::abs(dot(g, weight.raw()).item()) < 1e-4 * (norm(g) * norm(weight.raw())).item()
                  ? "yes"
                  : "no");
}
