// A small training step with everything that a captured step must handle.
#pragma once

#include <vector>

#include "tests/cuda/on_device.h"

namespace tests {

using Values = std::vector<std::vector<Real>>;

// A critic in training: noise, a gradient penalty, constraints with states, Adam with a
// falling rate, an average, a sum that is read now and then.
struct Critic {
  layers::Sequential net = {
      layers::Conv2d(3, 8, {.kernel = 4, .stride = 2, .padding = 1}, layers::SpectralNorm{}),
      layers::BatchNorm(8),
      layers::Relu{},
      layers::Conv2d(8, 4, {.padding = 1}, layers::ToeplitzNorm{}),
      layers::Flatten{},
      layers::Linear(64, 1, layers::SpectralNorm{.iterations = 2})};
  layers::Adam adam{{.lr = Real(1e-2), .beta1 = Real(0.5)}, net.parameters()};
  layers::Ema average{Real(0.9), net};
  Tensor sum = engine::zeros({});

  void step() {
    const Tensor x = engine::normal({2, 8, 8, 3});
    const Tensor y = net(x) + Real(0.1) * engine::uniform({2, 1});
    const Tensor slope = engine::grad(engine::sum(y), {x}, true)[0];
    const Tensor loss = engine::mean(y * y) + engine::mean(slope * slope);
    adam.step(grad(loss, net.parameters()));
    average.step();
    engine::add_scaled(1, loss.detach(), sum);
  }
  Values values() {
    Values all{sum.values()};
    for (layers::Sequential* module : {&net, &average.average()}) {
      for (const layers::Param* p : module->parameters()) all.push_back(p->raw().values());
      for (const engine::State* s : layers::states(*module)) all.push_back(s->value().values());
    }
    return all;
  }
};

}  // namespace tests
