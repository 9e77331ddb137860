// Modules: names, deep copies, saving and loading, averaging. Every case with a module is walked.
#include "layers/module.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/cases/case.h"
#include "tests/datasets/scratch.h"

using namespace tests;
using namespace layers;

namespace {

std::vector<std::string> names(Sequential& module) {
  std::vector<std::string> found;
  Visitor visitor([&](const std::string& name, Param&) { found.push_back(name); },
                  [&](const std::string& name, engine::State&) { found.push_back(name); });
  module.visit(visitor);
  return found;
}

// Moves every parameter, as an optimizer would.
void disturb(Sequential& module) {
  Draw draw(5);
  std::vector<Tensor> gradients;
  for (const Param* param : module.parameters())
    gradients.push_back(draw.uniform(param->raw().shape()).tensor());
  if (!gradients.empty()) Sgd({.lr = Real(0.1)}, module.parameters()).step(gradients);
}

std::vector<Real> evaluated(Sequential& module, const Tensor& x) {
  const Eval mode;
  const engine::NoGrad no_graph;
  return module(x).values();
}

std::vector<Real> trained(Sequential& module, const Tensor& x) {
  const engine::NoGrad no_graph;
  return module(x).values();
}

}  // namespace

TEST_CASE("module: parts have dotted names, and each has one") {
  Sequential net = {Linear(4, 4, SpectralNorm{}, Bjorck{}), Residual{{BatchNorm(4)}, {}}};
  CHECK(names(net) == std::vector<std::string>{"0.weight", "0.weight.0.state0", "0.weight.0.state1",
                                               "0.bias", "1.main.0.weight", "1.main.0.bias",
                                               "1.main.0.running_mean", "1.main.0.running_var"});
}

TEST_CASE("module: saving, disturbing and loading restores every case bit-for-bit") {
  const Scratch scratch;
  const std::string path = scratch / "module";
  int walked = 0;
  for (const Case& c : cases()) {
    if (!c.module) continue;
    CAPTURE(c.name);
    Instance saved(c, 0), other(c, 1);
    const Tensor x = saved.inputs()[0];
    disturb(saved.module());
    trained(saved.module(), x);
    engine::TensorFile file;
    store(file, "net.", saved.module());
    engine::save(path, file);
    // Another set of weights, in another state of training.
    disturb(other.module());
    restore(engine::load(path), "net.", other.module());
    CHECK(evaluated(other.module(), x) == evaluated(saved.module(), x));
    // And both go on alike.
    disturb(saved.module());
    disturb(other.module());
    CHECK(trained(other.module(), x) == trained(saved.module(), x));
    CHECK(evaluated(other.module(), x) == evaluated(saved.module(), x));
    ++walked;
  }
  CHECK(walked > 30);
}

TEST_CASE("module: loading what is not there names it") {
  Sequential net = {Linear(4, 3)};
  engine::TensorFile file;
  file.path = "run/checkpoint";
  CHECK(error_of([&] { restore(file, "critic.", net); }).find("'critic.0.weight'") !=
        std::string::npos);

  Sequential norm = {BatchNorm(4)};
  store(file, "critic.", norm);
  file.tensors["critic.0.running_mean"] = engine::zeros({1});  // would be broadcast
  CHECK(error_of([&] { restore(file, "critic.", norm); }).find("'critic.0.running_mean'") !=
        std::string::npos);
  file.tensors.erase("critic.0.running_mean");
  CHECK(error_of([&] { restore(file, "critic.", norm); }).find("'critic.0.running_mean'") !=
        std::string::npos);
}

TEST_CASE("module: a copy of any case is deep") {
  for (const Case& c : cases()) {
    if (!c.module) continue;
    CAPTURE(c.name);
    Instance instance(c);
    Sequential& original = instance.module();
    const Tensor x = instance.inputs()[0];
    Sequential copy = original;
    const std::vector<Real> before = evaluated(original, x);
    CHECK(evaluated(copy, x) == before);
    CHECK(names(copy) == names(original));
    disturb(copy);
    trained(copy, x);
    CHECK(evaluated(original, x) == before);
  }
}

TEST_CASE("module: parameters of any case get a gradient") {
  for (const Case& c : cases()) {
    if (!c.module) continue;
    CAPTURE(c.name);
    Instance f(c);
    const Tensor y = f();
    const Tensor loss = engine::sum(y * Draw(3).uniform(y.shape()).tensor());
    for (const Tensor& g : grad(loss, f.module().parameters())) CHECK(largest(Host(g).values) > 0);
  }
}

TEST_CASE("module: an average of any case starts as a copy and follows, its states copied") {
  for (const Case& c : cases()) {
    if (!c.module) continue;
    CAPTURE(c.name);
    Instance instance(c);
    Sequential& source = instance.module();
    const Tensor x = instance.inputs()[0];
    Ema ema(Real(0.75), source);
    CHECK(evaluated(ema.average(), x) == evaluated(source, x));
    std::vector<Host> expected;
    for (const Param* param : source.parameters()) expected.emplace_back(param->raw());
    for (int step = 0; step < 3; ++step) {
      disturb(source);
      trained(source, x);
      ema.step();
      const std::vector<Param*> now = source.parameters();
      for (std::size_t i = 0; i < now.size(); ++i) {
        const Host raw(now[i]->raw());
        for (std::size_t j = 0; j < raw.values.size(); ++j)
          expected[i].values[j] = 0.75 * expected[i].values[j] + 0.25 * raw.values[j];
      }
    }
    const std::vector<Param*> average = ema.average().parameters();
    for (std::size_t i = 0; i < average.size(); ++i)
      CHECK(difference(average[i]->raw(), expected[i]) < kClose);
    const std::vector<engine::State*> to = states(ema.average()), from = states(source);
    for (std::size_t i = 0; i < to.size(); ++i) {
      REQUIRE(to[i]->defined() == from[i]->defined());
      if (to[i]->defined()) CHECK(to[i]->value().values() == from[i]->value().values());
    }
  }
  Sequential net = {Linear(2, 1)};
  CHECK(error_of([&] { Ema(Real(1), net); }).find("ema") == 0);
}

TEST_CASE("module: Linear takes options before constraints, as Conv2d does") {
  engine::seed(4);
  Linear plain(16, 1, {}, SpectralNorm{});
  CHECK(plain.bias.defined());
  CHECK(plain.weight.constraints().size() == 1);
  Linear both(16, 1, {.bias = false}, SpectralNorm{}, Bjorck{});
  CHECK_FALSE(both.bias.defined());
  CHECK(both.weight.constraints().size() == 2);
  CHECK(Linear(16, 1, LinearOptions{.bias = false}).weight.constraints().empty());
  CHECK(Linear(16, 1, {}, std::vector<Constraint>{Bjorck{}}).weight.constraints().size() == 1);
}

TEST_CASE("module: what may change statistics is not const") {
  static_assert(std::invocable<Sequential&, Tensor>);
  static_assert(!std::invocable<const Sequential&, Tensor>);
  static_assert(!std::invocable<const BatchNorm&, Tensor>);
  static_assert(!std::invocable<const Linear&, Tensor>);
  static_assert(std::invocable<const Relu&, Tensor>);
  static_assert(!std::equality_comparable<Tensor>);
}
