// Weights that convolutions keep transformed (engine/cpu/derived.h), through everything that changes
// a layer's: optimizers, projections, constraints, averages, loading, assigning. The layer gives the
// bits of its copy, whose weights are in memory of which nothing is kept.
#include <doctest/doctest.h>

#include "layers/layers.h"
#include "tests/support/draw.h"
#include "tests/support/restore.h"

using namespace tests;
using namespace layers;

namespace {

Sequential convolutions() {
  return {Conv2d(20, 24, {.kernel = 3, .padding = 1}, SpectralNorm{}),
          Conv2d(24, 20, {.kernel = 4, .stride = 2, .padding = 1}, WeightClip{0.05F}),
          ConvTranspose2d(20, 20, {.kernel = 4, .stride = 2, .padding = 1})};
}

// What the network computes now, in both directions, and whether its copy agrees.
std::vector<Real> agreed(Sequential& network, const Tensor& x) {
  const auto results = [&](Sequential& each) {
    const Eval still;
    const Tensor y = each(x);
    std::vector<Real> all = y.values();
    const std::vector<Real> back = engine::grad(engine::sum(engine::square(y)), {x})[0].values();
    all.insert(all.end(), back.begin(), back.end());
    return all;
  };
  network(x);  // the states of its constraints now exist
  Sequential copy = network;
  const std::vector<Real> all = results(network);
  CHECK(results(copy) == all);
  return all;
}

}  // namespace

TEST_CASE("derived: layers never use transformed weights of an earlier step") {
  const Restore restore;
  engine::set_algorithm(engine::Algorithm::filtered);
  engine::seed(7);
  const Tensor x = Draw(41).uniform({2, 8, 8, 20}).tensor();
  Sequential network = convolutions();
  Ema ema(0.5F, network);
  Adam adam({.lr = 0.01F}, network.parameters());
  engine::TensorFile file;
  std::vector<std::vector<Real>> seen;
  const auto changed = [&] {
    const std::vector<Real> now = agreed(network, x);
    for (const std::vector<Real>& before : seen) CHECK(now != before);
    seen.push_back(now);
  };
  changed();
  for (int step = 0; step < 3; ++step) {
    const Tensor loss = engine::mean(engine::square(network(x)));
    adam.step(grad(loss, network.parameters()));
    changed();
    agreed(ema.average(), x);
    ema.step();
    agreed(ema.average(), x);
    if (step > 0) continue;
    store(file, "", network);
    for (auto& [name, values] : file.tensors) values = values.clone();
  }
  layers::restore(file, "", network);
  const std::vector<Real> loaded = agreed(network, x);
  CHECK(loaded == seen[1]);
  for (Param* param : network.parameters()) param->assign(param->raw() * 2);
  changed();
  network = convolutions();
  changed();
}
