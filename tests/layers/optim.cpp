// Optimizers against the published algorithms in double, and against numbers that PyTorch gives.
#include "layers/optim.h"

#include <doctest/doctest.h>

#include "layers/layers.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace layers;

namespace {

const std::vector<std::vector<Real>> kGradients = {
    {0.5, -1, 2}, {0.25, 0, -1}, {-0.75, 1.5, 0.125}, {Real(0.1), Real(0.2), Real(-0.3)}};

// The parameter [1, -2, 3] after a step with each of these gradients.
template <class Optimizer, class Options>
Host after_steps(const Options& options) {
  Param w(Tensor::from({3}, {1, -2, 3}));
  Optimizer optimizer(options, {&w});
  for (const std::vector<Real>& g : kGradients) optimizer.step({Tensor::from({3}, g)});
  return Host(w.raw());
}

}  // namespace

// torch.optim.Adam(lr=0.125, betas=(0.5, 0.875), eps=1e-8) and torch.optim.SGD(lr=0.125,
// momentum=0.75), the latter also with weight_decay=0.5 and nesterov, and torch.optim.RMSprop(
// lr=0.125, alpha=0.875, eps=1e-8) of PyTorch 2.15, float64,
// from [1, -2, 3] with the gradients above.
TEST_CASE("optim: PyTorch's numbers") {
  const Host adam = after_steps<Adam>(AdamOptions{
      .lr = Real(0.125), .beta1 = Real(0.5), .beta2 = Real(0.875), .epsilon = Real(1e-8)});
  CHECK(difference(adam.values, {0.8534372458936504, -1.958700141467616, 2.8829948598347066}) <
        kClose);
  const Host sgd = after_steps<Sgd>(SgdOptions{.lr = Real(0.125), .momentum = Real(0.75)});
  CHECK(difference(sgd.values, {0.9083984375, -2.011328125, 2.615625}) < kClose);
  const Host nesterov = after_steps<Sgd>(SgdOptions{
      .lr = Real(0.125), .momentum = Real(0.75), .weight_decay = Real(0.5), .nesterov = true});
  CHECK(difference(nesterov.values, {0.4492593050003052, -1.1266092777252197, 1.203951108455658}) <
        kClose);
  const Host rmsprop = after_steps<RmsProp>(
      RmsPropOptions{.lr = Real(0.125), .alpha = Real(0.875), .epsilon = Real(1e-8)});
  CHECK(difference(rmsprop.values, {0.7329252505855894, -1.9950427007411482, 2.8471876183230482}) <
        kClose);
}

// Algorithm 1 of Kingma and Ba over several tensors of several shapes in one flat block.
TEST_CASE("optim: Adam is the published algorithm") {
  const AdamOptions options{.lr = Real(0.01)};
  Draw draw(1);
  const std::vector<Shape> shapes = {{3, 4}, {5}, {2, 2, 2, 3}};
  std::vector<Param> params;
  std::vector<Param*> pointers;
  std::vector<Host> w, m, v;
  for (const Shape& shape : shapes) {
    params.emplace_back(draw.uniform(shape).tensor());
    w.emplace_back(params.back().raw());
    m.emplace_back(shape);
    v.emplace_back(shape);
  }
  for (Param& param : params) pointers.push_back(&param);
  Adam adam(options, pointers);
  const double beta1 = options.beta1, beta2 = options.beta2;
  for (int step = 1; step <= 200; ++step) {
    std::vector<Tensor> gradients;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      gradients.push_back(draw.uniform(shapes[i]).tensor());
      const Host g(gradients.back());
      for (std::size_t j = 0; j < g.values.size(); ++j) {
        double &mj = m[i].values[j], &vj = v[i].values[j];
        mj = beta1 * mj + (1 - beta1) * g.values[j];
        vj = beta2 * vj + (1 - beta2) * g.values[j] * g.values[j];
        const double unbiased_m = mj / (1 - std::pow(beta1, step));
        const double unbiased_v = vj / (1 - std::pow(beta2, step));
        w[i].values[j] -= double{options.lr} * unbiased_m / (std::sqrt(unbiased_v) + 1e-8);
      }
    }
    adam.step(gradients);
  }
  // 200 steps of 0.01, each rounded to a few units of the last place: at most some 1e-6 in float32.
  for (std::size_t i = 0; i < shapes.size(); ++i)
    CHECK(difference(params[i].raw(), w[i]) < 10 * kClose);
}

TEST_CASE("optim: a restored Adam goes on as if nothing had happened") {
  const AdamOptions options{.lr = Real(0.1)};
  Param one(Tensor::from({3}, {1, -2, 3})), two(engine::zeros({3}));
  Adam first(options, {&one});
  first.step({Tensor::from({3}, kGradients[0])});
  first.step({Tensor::from({3}, kGradients[1])});
  engine::TensorFile file;
  store(file, "adam.", first);
  Adam second(options, {&two});
  two.assign(one.raw());
  restore(file, "adam.", second);
  first.step({Tensor::from({3}, kGradients[2])});
  second.step({Tensor::from({3}, kGradients[2])});
  CHECK(one.raw().values() == two.raw().values());
}

TEST_CASE("optim: a restored RmsProp goes on as if nothing had happened") {
  Param one(Tensor::from({3}, {1, -2, 3})), two(engine::zeros({3}));
  RmsProp first({}, {&one}), second({}, {&two});
  first.step({Tensor::from({3}, kGradients[0])});
  engine::TensorFile file;
  store(file, "rmsprop.", first);
  two.assign(one.raw());
  restore(file, "rmsprop.", second);
  for (RmsProp* optimizer : {&first, &second}) optimizer->step({Tensor::from({3}, kGradients[1])});
  CHECK(one.raw().values() == two.raw().values());
}

TEST_CASE("optim: a stepped parameter is evaluated anew, and gradients must fit") {
  Linear layer(2, 2, FrobeniusNorm{});
  const Tensor x = engine::ones({1, 2});
  const std::vector<Real> before = layer(x).values();
  Sgd sgd({.lr = 1}, {&layer.weight});
  sgd.step({Tensor::from({2, 2}, {1, 0, -2, 0})});
  CHECK(layer(x).values() != before);
  CHECK(error_of([&] { sgd.step({}); }) == "optimizer: 0 gradients for 1 parameters");
  CHECK(error_of([&] { sgd.step({x}); }).find("[1, 2]") != std::string::npos);
}

TEST_CASE("optim: momentum goes on where it was restored") {
  const SgdOptions options{.lr = Real(0.125), .momentum = Real(0.75)};
  const Tensor g = Tensor::from({2}, {1, -2});
  Param whole(engine::zeros({2})), half(engine::zeros({2})), other(engine::zeros({2}));
  Sgd first(options, {&half}), second(options, {&other}), all(options, {&whole});
  for (int step = 0; step < 4; ++step) all.step({g});
  for (int step = 0; step < 2; ++step) first.step({g});
  engine::TensorFile file;
  store(file, "sgd.", first);
  other.assign(half.raw());
  restore(file, "sgd.", second);
  for (int step = 0; step < 2; ++step) second.step({g});
  CHECK(other.raw().values() == whole.raw().values());
  CHECK(error_of([&] { restore({}, "sgd.", second); }).find("'sgd.velocity'") != std::string::npos);
}

TEST_CASE("optim: the learning rate may change") {
  Param w(engine::zeros({1}));
  Sgd sgd({.lr = 1}, {&w});
  sgd.step({engine::ones({1})});
  sgd.set_lr(Real(0.5));
  sgd.step({engine::ones({1})});
  CHECK(w.raw().item() == Real(-1.5));
}

TEST_CASE("optim: Adam finds the minimum of a quadratic") {
  Param w(Tensor::from({2}, {5, -3}));
  const Tensor target = Tensor::from({2}, {1, 2});
  Adam adam({.lr = Real(0.1)}, {&w});
  for (int step = 0; step < 500; ++step)
    adam.step(engine::grad(engine::sum(square(w.raw() - target)), {w.raw()}));
  CHECK(difference(w.raw(), target) < 1e-2);  // it circles within a fraction of the rate
}
