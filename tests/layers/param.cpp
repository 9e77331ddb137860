// Param: the chain is evaluated once per step and shared, the trap of the memo, states that advance
// exactly once per optimizer step, and copies that share nothing.
#include "layers/param.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "layers/layers.h"
#include "layers/lipschitz/power_method.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

struct Counting {  // doubles the weight and counts how often it is asked to
  std::shared_ptr<int> calls = std::make_shared<int>(0);
  Tensor operator()(const LinearMap& W) const {
    ++*calls;
    return W.weight * 2;
  }
};

// The notices that `body` gives, a line each.
template <class Body>
std::string notices_of(const Body& body) {
  std::string text;
  const engine::NoticeReceiver before =
      engine::on_notice([&](const std::string& line) { text += line + '\n'; });
  body();
  engine::on_notice(before);
  return text;
}

const Tensor kReal = Draw(1).uniform({6, 4}).tensor();
const Tensor kFake = Draw(2).uniform({6, 4}).tensor();

std::vector<Real> vector_of(const Linear& layer) {
  return layer.weight.states().at(0)->value().values();
}

}  // namespace

TEST_CASE("param: one evaluation per version; what is not on the tape serves no gradient") {
  const Counting counting;
  Linear layer(4, 3, counting);
  layer(kReal);
  layer(kFake);
  CHECK(*counting.calls == 1);
  {
    const engine::NoGrad sampling;
    layer(kReal);
    layer(kFake);
  }
  CHECK(*counting.calls == 1);
  layer.weight.changed();
  {
    const engine::NoGrad sampling;
    layer(kReal);
    layer(kFake);
  }
  CHECK(*counting.calls == 2);
  layer(kReal);
  layer(kFake);
  CHECK(*counting.calls == 3);
}

// The trap: a value made under NoGrad has no graph. Used while recording, it would silently stop
// the gradient at the constraint.
TEST_CASE("param: a value made under NoGrad does not stop the gradient later") {
  for (const bool evaluating : {false, true}) {
    Linear layer(4, 3, Counting{});
    {
      const engine::NoGrad sampling;
      const Eval mode(evaluating);
      layer(kReal);
    }
    const Tensor g = engine::grad(engine::sum(layer(kReal)), {layer.weight.raw()})[0];
    const Tensor expected = 2 * matmul_tn(engine::ones({6, 3}), kReal);
    CHECK(difference(g, expected) < kClose);
  }
}

TEST_CASE("param: D(real) - D(fake) sees one weight") {
  engine::seed(3);
  Linear layer(4, 3, SpectralNorm{});
  const LinearMap map = LinearMap::dense(layer.weight.raw());
  const Tensor real = layer(kReal), first = layer.weight.value(map);
  const Tensor fake = layer(kFake), second = layer.weight.value(map);
  CHECK(first.node() == second.node());  // the same node: one graph through the constraint
  const Tensor difference_of_both = engine::sum(real) - engine::sum(fake);
  const Tensor together = engine::sum(layer(kReal - kFake) - layer.bias.raw());
  const auto gradient = [&](const Tensor& y) { return engine::grad(y, {layer.weight.raw()})[0]; };
  CHECK(difference(gradient(difference_of_both), gradient(together)) < kClose);
}

TEST_CASE("param: exactly one power iteration per optimizer step") {
  engine::seed(3);
  Linear layer(4, 3, SpectralNorm{.iterations = 1});
  layer(kReal);
  Adam adam({.lr = Real(0.05)}, {&layer.weight, &layer.bias});
  for (int step = 0; step < 5; ++step) {
    const auto gradients =
        engine::grad(engine::sum(square(layer(kReal))), {layer.weight.raw(), layer.bias.raw()});
    const Tensor before = layer.weight.states()[0]->value();
    adam.step(gradients);
    const LinearMap map = LinearMap::dense(layer.weight.raw());
    const Tensor once = engine::unit(map(engine::unit(map.transpose(before))));
    {
      const engine::NoGrad sampling;
      layer(kFake);
    }
    layer(kReal);
    layer(kFake);
    const Eval mode;
    layer(kReal);
    CHECK(difference(layer.weight.states()[0]->value(), once) < kClose);
  }
}

TEST_CASE("param: evaluation never moves a state") {
  engine::seed(3);
  Linear layer(4, 3, SpectralNorm{});
  {
    const Eval mode;
    layer(kReal);
    CHECK(!layer.weight.states()[0]->defined());
  }
  layer(kReal);
  engine::overwrite(layer.weight.raw(), Draw(9).uniform({3, 4}).tensor());
  layer.weight.changed();
  const std::vector<Real> before = vector_of(layer);
  {
    const Eval mode;
    layer(kReal);
    CHECK(vector_of(layer) == before);
  }
  layer(kReal);
  CHECK(vector_of(layer) != before);
}

TEST_CASE("param: a constraint copied into three layers has states of each") {
  engine::seed(3);
  const SpectralNorm shared;
  Sequential net = {Linear(4, 4, shared), Linear(4, 4, shared), Linear(4, 4, shared)};
  net(kReal);
  CHECK(!shared.top.v.defined());
  std::vector<engine::State*> found = states(net);
  REQUIRE(found.size() == 6);  // u and v each
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < i; ++j) CHECK(found[i]->value().values() != found[j]->value().values());
}

TEST_CASE("param: a copy shares neither values nor states nor memo") {
  engine::seed(3);
  Linear layer(4, 3, SpectralNorm{});
  const std::vector<Real> before = layer(kReal).values();
  Linear copy = layer;
  CHECK(copy.weight.raw().data() != layer.weight.raw().data());
  CHECK(vector_of(copy) == vector_of(layer));
  copy.weight.assign(engine::ones({3, 4}));
  copy(kReal);
  layer.weight = layer.weight;  // no harm
  CHECK(layer(kReal).values() == before);
  CHECK(copy(kReal).values() != before);
}

TEST_CASE("param: states made for another input size start again") {
  engine::seed(3);
  Conv2d layer(1, 2, {.padding = 1}, ToeplitzNorm{});
  layer(engine::ones({1, 4, 4, 1}));
  CHECK(layer.weight.states()[1]->has_shape({1, 4, 4, 1}));
  layer(engine::ones({1, 6, 5, 1}));
  CHECK(layer.weight.states()[1]->has_shape({1, 6, 5, 1}));
}

// What a checkpoint holds says nothing of the input's size. A vector of another size is not used:
// it would give a norm that is too small, or an error.
TEST_CASE("param: a restored state of another input size starts again and says so once") {
  for (const bool evaluating : {true, false}) {
    CAPTURE(evaluating);
    engine::seed(3);
    Sequential trained = {Conv2d(1, 2, {.padding = 1}, ToeplitzNorm{})};
    trained(engine::ones({1, 4, 4, 1}));
    engine::TensorFile file;
    store(file, "", trained);
    Sequential other = {Conv2d(1, 2, {.padding = 1}, ToeplitzNorm{})};
    restore(file, "", other);

    const std::string told = notices_of([&] {
      const Eval mode(evaluating);
      for (int step = 0; step < 3; ++step) {
        other(engine::ones({1, 9, 8, 1}));
        other.parameters()[0]->changed();
      }
    });
    CHECK(std::count(told.begin(), told.end(), '\n') == 1);
    CHECK(told.find("[1, 4, 4, 1]") != std::string::npos);
    CHECK(told.find("[1, 9, 8, 1]") != std::string::npos);
    const Eval mode;
    const LinearMap map = other.parameters()[0]->map();
    CHECK(layers::audited_norm(map.with(other.parameters()[0]->value(map))) ==
          doctest::Approx(1).epsilon(0.02));  // fifty iterations from the start
  }
}

TEST_CASE("param: a layer that sees another input size says so once") {
  engine::seed(3);
  Conv2d layer(1, 2, {.padding = 1}, ToeplitzNorm{});
  const std::string told = notices_of([&] {
    for (const Index size : {4, 6, 4, 6}) layer(engine::ones({1, size, size, 1}));
  });
  CHECK(std::count(told.begin(), told.end(), '\n') == 1);
  CHECK(told.find("[1, 6, 6, 1] instead of [1, 4, 4, 1]") != std::string::npos);
}

TEST_CASE("param: a chain is applied in order") {
  struct AddOne {
    Tensor operator()(const LinearMap& W) const { return W.weight + 1; }
  };
  const LinearMap map = LinearMap::dense(engine::full({1, 1}, 5));
  CHECK(Param(map.weight, {Counting{}, AddOne{}}).value(map).item() == 11);
  CHECK(Param(map.weight, {AddOne{}, Counting{}}).value(map).item() == 12);
}
