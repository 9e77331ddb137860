// In-place updates of optimizers and averages on CUDA equal the CPU's.
#include <doctest/doctest.h>

#include "tests/cuda/on_device.h"

using namespace tests;
using namespace layers;
using engine::Device;

namespace {

// The parameters after some steps of an optimizer with drawn gradients, and their average.
template <class Optimizer, class Options>
std::vector<double> after_steps(const Device& device, const Options& options) {
  const On on(device);
  Draw draw(3);
  Sequential net = {Linear(13, 7), Linear(7, 3, WeightClip{})};
  for (Param* p : net.parameters()) p->assign(draw.uniform(p->raw().shape()).tensor());
  Optimizer optimizer(options, net.parameters());
  Ema average(Real(0.9), net);
  for (int step = 0; step < 20; ++step) {
    std::vector<Tensor> gradients;
    for (const Param* p : net.parameters())
      gradients.push_back(draw.uniform(p->raw().shape()).tensor());
    optimizer.set_lr(Real(0.02) / static_cast<Real>(1 + step));
    optimizer.step(gradients);
    average.step();
  }
  std::vector<double> all;
  for (Sequential* module : {&net, &average.average()})
    for (const Param* p : module->parameters()) {
      const Host values(p->raw());
      all.insert(all.end(), values.values.begin(), values.values.end());
    }
  return all;
}

template <class Optimizer, class Options>
void compare(const Options& options) {
  const auto cpu = after_steps<Optimizer>(Device::cpu(), options);
  const auto cuda = after_steps<Optimizer>(Device::cuda(), options);
  CHECK(cpu.size() == 2 * (13 * 7 + 7 + 7 * 3 + 3));
  CHECK(difference(cuda, cpu) < kClose);  // twenty steps of a few roundings each
}

}  // namespace

TEST_CASE("cuda: Adam and the moving average") {
  compare<Adam>(AdamOptions{.lr = Real(0.02), .beta1 = Real(0.5), .beta2 = Real(0.99)});
  compare<Adam>(AdamOptions{.lr = Real(0.02), .beta1 = 0, .beta2 = Real(0.9)});
}

TEST_CASE("cuda: stochastic gradient descent with momentum") {
  compare<Sgd>(SgdOptions{.lr = Real(0.02), .momentum = Real(0.9)});
}

TEST_CASE("cuda: RMSprop") {
  compare<RmsProp>(RmsPropOptions{.lr = Real(0.02), .alpha = Real(0.9)});
}
