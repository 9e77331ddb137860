// In-place updates of optimizers and averages on CUDA equal the CPU's; so do joined arrays and norms.
#include <doctest/doctest.h>

#include "engine/update.h"
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

TEST_CASE("cuda: running statistics, and their copy in the average, to the bit") {
  const auto statistics = [](const Device& device) {
    const On on(device);
    Draw draw(4);
    Sequential net = {BatchNorm(300), Linear(300, 2)};
    Ema average(Real(0.9), net);
    for (int step = 0; step < 3; ++step) {
      // Of one row: its moments are the same bits on both devices.
      net(draw.uniform({1, 300}).tensor());
      average.step();
    }
    std::vector<std::vector<Real>> values;
    for (Sequential* module : {&net, &average.average()})
      for (const engine::State* state : states(*module)) values.push_back(state->value().values());
    CHECK(values.size() == 4);
    CHECK(values[0] == values[2]);
    CHECK(values[1] == values[3]);
    return values;
  };
  CHECK(statistics(Device::cuda()) == statistics(Device::cpu()));
}

// More pieces than one launch takes, of sizes around a block's share.
TEST_CASE("cuda: pieces are joined side by side") {
  const auto joined = [](const Device& device) {
    const On on(device);
    Draw draw(5);
    std::vector<Tensor> pieces;
    Index size = 0;
    for (int i = 0; i < 150; ++i) {
      const Index n = i % 7 == 0 ? 0 : i % 5 == 0 ? 1023 + i % 3 : 1 + i;
      pieces.push_back(draw.uniform({n}).tensor());
      size += n;
    }
    const Tensor all = engine::zeros({size});
    engine::overwrite(all, pieces);
    return all.values();
  };
  CHECK(joined(Device::cuda()) == joined(Device::cpu()));
}

TEST_CASE("cuda: norms neither overflow nor underflow, and differentiate at zero") {
  const auto both = [](const Device& device, Index n, Real factor) {
    const On on(device);
    Draw draw(6);
    const Tensor x = draw.uniform({n}).tensor() * factor;
    const Tensor norm = engine::norm(x);
    return std::pair(norm.item(), engine::grad(norm, {x})[0].values());
  };
  for (const Index n : {1, 300, 40000})
    for (const Real factor : {Real(1), Real(1e30), Real(1e-30), Real(0)}) {
      CAPTURE(n);
      CAPTURE(factor);
      const auto [expected, slope] = both(Device::cpu(), n, factor);
      const auto [got, slope_got] = both(Device::cuda(), n, factor);
      CHECK(got == doctest::Approx(expected).epsilon(1e-6));
      for (std::size_t i = 0; i < slope.size(); i += 97)
        CHECK(slope_got[i] == doctest::Approx(slope[i]).epsilon(1e-5));
    }
}
