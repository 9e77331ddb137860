// Norms against their definitions, and batch norm's running statistics against PyTorch's.
#include <doctest/doctest.h>

#include "engine/op.h"
#include "layers/layers.h"
#include "tests/support/definitions.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

// normalized * gamma + beta, per channel.
Host affine(const Host& normalized, const Param& gamma, const Param& beta) {
  const Host g(gamma.raw()), b(beta.raw());
  return definitions::each(normalized.shape,
                           [&](const Position& p) { return normalized.at(p) * g.at(p) + b.at(p); });
}

template <class Norm>
void randomize(Norm& norm, Draw& draw) {
  norm.gamma.assign(draw.uniform(norm.gamma.raw().shape(), 0.5, 2).tensor());
  norm.beta.assign(draw.uniform(norm.beta.raw().shape()).tensor());
}

}  // namespace

TEST_CASE("norms: each normalises over the axes it names") {
  Draw draw(1);
  const Tensor x = draw.uniform({3, 4, 5, 6}, -1, 3).tensor();
  const Host host(x);
  constexpr double kEpsilon = 1e-5F;  // the norms' default
  const auto over = [&](const std::vector<int>& axes) {
    return definitions::normalized(host, axes, kEpsilon);
  };
  InstanceNorm instance(6);
  randomize(instance, draw);
  CHECK(difference(instance(x), affine(over({1, 2}), instance.gamma, instance.beta)) < kClose);
  LayerNorm layer(6);
  randomize(layer, draw);
  CHECK(difference(layer(x), affine(over({1, 2, 3}), layer.gamma, layer.beta)) < kClose);
  BatchNorm batch(6);
  randomize(batch, draw);
  CHECK(difference(batch(x), affine(over({0, 1, 2}), batch.gamma, batch.beta)) < kClose);

  GroupNorm group(2, 6);
  randomize(group, draw);
  const Host grouped =
      definitions::normalized(definitions::shaped(host, {3, 20, 2, 3}), {1, 3}, kEpsilon);
  CHECK(difference(group(x), affine(definitions::shaped(grouped, host.shape), group.gamma,
                                    group.beta)) < kClose);
  CHECK(error_of([] { GroupNorm(4, 6); }).find("group_norm: 6 channels") == 0);
  CHECK(error_of([] {
          InstanceNorm(3)(engine::zeros({2, 3}));
        }).find("instance_norm: input [2, 3]") == 0);
}

// The same modules one at a time, which a Sequential fuses.
TEST_CASE("norms: a Sequential computes batch norm and the activation after it in one pass") {
  Draw draw(8);
  const Tensor x = draw.uniform({9, 4}, -1, 2).tensor(), g = draw.uniform({9, 4}).tensor();
  const auto compare = [&](const auto& activation, bool fuses) {
    BatchNorm norm(4);
    randomize(norm, draw);
    Sequential network = {norm, activation};
    const auto with_gradients = [&](const Tensor& y, const std::vector<Param*>& parameters) {
      std::vector<Tensor> all = {y, engine::grad(engine::sum(y * g), {x})[0]};
      for (const Tensor& gradient : layers::grad(engine::sum(y * g), parameters))
        all.push_back(gradient);
      return all;
    };
    const auto check_equal = [&] {
      const auto apart = with_gradients(activation(norm(x)), {&norm.gamma, &norm.beta});
      const auto together = with_gradients(network(x), network.parameters());
      for (std::size_t i = 0; i < 4; ++i) CHECK(difference(together[i], apart[i]) < kClose);
      const std::string op = together[0].node()->op->name();
      CHECK((op == "batch_norm") == (fuses && !evaluating()));
    };
    check_equal();
    CHECK(layers::states(network)[0]->value().values() == norm.running_mean.value().values());
    const Eval mode;
    check_equal();
  };
  compare(Relu{}, true);
  compare(Tanh{}, true);
  compare(LeakyRelu{}, false);
}

TEST_CASE("norms: batch norm's running statistics are those of plain ops, to the bit") {
  BatchNorm norm(5, {.momentum = Real(0.3)});
  Tensor mean = engine::zeros({5}), variance = engine::ones({5});
  const auto mixed = [](const Tensor& running, const Tensor& moments, Index row, Real weight) {
    return running * (1 - Real(0.3)) + reshape(slice(moments, 0, row, row + 1), {5}) * weight;
  };
  for (int step = 0; step < 3; ++step) {
    const Tensor x = engine::normal({7, 5}), moments = engine::moments(x);
    norm(x);
    mean = mixed(mean, moments, 0, Real(0.3));
    variance = mixed(variance, moments, 1, Real(0.3) * (Real(7) / 6));
    CHECK(norm.running_mean.value().values() == mean.values());
    CHECK(norm.running_variance.value().values() == variance.values());
  }
}

// torch.nn.BatchNorm2d(2, momentum=0.25) of PyTorch 2.15, float64: after x and then 2 x + 1.
TEST_CASE("norms: batch norm's running statistics are PyTorch's") {
  const Tensor x = Tensor::from({2, 2, 2, 2}, {0, 1, 4, 2, 2, 4, 1, 0, 1, 4, 2, 2, 4, 1, 0, 1});
  BatchNorm norm(2, {.epsilon = Real(1e-5), .momentum = Real(0.25)});
  const Host y(norm(x));
  norm(2 * x + 1);
  const auto first = [](const Host& h) {
    return std::vector<double>(h.values.begin(), h.values.begin() + 4);
  };
  CHECK(difference(first(y), {-1.1832132521355805, -0.6416872223765959, 1.5212741813171748,
                              0.09166960319665662}) < kClose);
  CHECK(difference(Host(norm.running_mean.value()).values, {1.453125, 1.5390625}) < kClose);
  CHECK(difference(Host(norm.running_variance.value()).values, {3.53125, 3.0859375}) < kClose);
  const Eval mode;
  CHECK(difference(first(Host(norm(x))), {-0.7732824024265109, -0.3068632316828592,
                                          1.3553229203819495, 0.26239029955490856}) < kClose);
  CHECK(difference(Host(norm.running_mean.value()).values, {1.453125, 1.5390625}) < kClose);
}
