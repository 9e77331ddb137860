// Results that `medium` keeps as bfloat16: convolutions read them without loss, everyone else sees
// the rounded values.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "datasets/dataset.h"
#include "engine/capture.h"
#include "engine/file.h"
#include "engine/geometry.h"
#include "engine/state.h"
#include "engine/update.h"
#include "gan/run/checkpoint.h"
#include "gan/training/presets.h"
#include "gan/training/trainer.h"
#include "tests/cuda/on_device.h"
#include "tests/datasets/scratch.h"

using namespace tests;
using engine::Activation;
using engine::Captured;
using engine::ConvOptions;
using engine::Device;
using engine::Precision;

namespace {

using Numbers = std::vector<Real>;

Real rounded(Real x) {
  if (std::isnan(x)) return x;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<Real>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000U);
}

Numbers rounded(Numbers all) {
  for (Real& x : all) x = rounded(x);
  return all;
}

bool is_narrow(const Tensor& x) { return x.operand().narrow != nullptr; }

// A convolution with a bias and an activation: in one op, whose result may be narrow, or in two.
struct Epilogued {
  Shape weight;
  ConvOptions options;
  Activation kind = Activation::leaky_relu;
  bool transposed = false;

  Tensor operator()(const Tensor& x, const Tensor& w, const Tensor& bias, bool fused) const {
    const Real slope = Real(0.1);
    const engine::BiasActivation epilogue{bias, kind, slope};
    if (transposed)
      return fused ? conv2d_transpose(x, w, options, 0, epilogue)
                   : bias_activation(conv2d_transpose(x, w, options), bias, kind, slope);
    return fused ? conv2d(x, w, options, epilogue)
                 : bias_activation(conv2d(x, w, options), bias, kind, slope);
  }
  Shape bias() const { return {transposed ? weight[3] : weight[0]}; }
};

// Layers whose results meet all ways to read them: packs and single channels, 1x1 kernels, strides,
// and transposed convolutions.
const std::vector<Epilogued> kStack = {
    {.weight = {8, 3, 3, 3}, .options = {.padding = 1}},
    {.weight = {16, 4, 4, 8}, .options = {.stride = 2, .padding = 1}},
    {.weight = {8, 1, 1, 16}, .options = {}, .kind = Activation::relu},
    {.weight = {8, 4, 4, 24}, .options = {.stride = 2, .padding = 1}, .transposed = true},
    {.weight = {24, 4, 4, 8}, .options = {.stride = 2, .padding = 1}, .transposed = true},
    {.weight = {3, 3, 3, 8}, .options = {.padding = 1}, .kind = Activation::tanh},
};

// The stack's result and its gradients, in every bit.
std::vector<Numbers> derivatives(bool fused) {
  Draw draw(7);
  const Tensor x = draw.uniform({2, 8, 8, 3}).tensor();
  Tensors variables = {x};
  Tensor y = x;
  for (const Epilogued& layer : kStack) {
    const Tensor w = draw.uniform(layer.weight).tensor(), b = draw.uniform(layer.bias()).tensor();
    variables.insert(variables.end(), {w, b});
    y = layer(y, w, b, fused);
  }
  std::vector<Numbers> all = {y.values()};
  for (const Tensor& g : engine::grad(sum(y * y), variables)) all.push_back(g.values());
  return all;
}

// A result that is narrow.
Tensor narrow_result(std::uint64_t seed = 3) {
  Draw draw(seed);
  const Epilogued layer{.weight = {8, 3, 3, 4}, .options = {.padding = 1}};
  return layer(draw.uniform({2, 5, 5, 4}).tensor(), draw.uniform(layer.weight).tensor(),
               draw.uniform(layer.bias()).tensor(), true);
}

// While it lives, no result is narrow.
struct AllWide {
  AllWide() { setenv("KANTOR_CUDA_NARROW", "off", 1); }
  ~AllWide() { unsetenv("KANTOR_CUDA_NARROW"); }
  AllWide(const AllWide&) = delete;
  AllWide& operator=(const AllWide&) = delete;
};

// A network's parameters and states after five steps. Convolutions alone read what may be narrow.
std::vector<Numbers> trained(bool captured) {
  using namespace layers;
  engine::seed(5);
  const Conv2dOptions leaky{.padding = 1, .activation = Activation::leaky_relu, .slope = Real(0.1)};
  const Conv2dOptions rectified{
      .kernel = 4, .stride = 2, .padding = 1, .activation = Activation::relu};
  Sequential net = {
      Conv2d(3, 16, leaky, SpectralNorm{}),
      Conv2d(16, 24, rectified, ToeplitzNorm{}),
      Conv2d(24, 24, {.padding = 1}),
      BatchNorm(24),
      Residual{.main = {Conv2d(24, 24, leaky), Conv2d(24, 24, {.padding = 1})}, .shortcut = {}},
      ConvTranspose2d(24, 8,
                      {.kernel = 4, .stride = 2, .padding = 1, .activation = Activation::relu}),
      Conv2d(8, 3, {.padding = 1})};
  Adam adam({.lr = Real(1e-2)}, net.parameters());
  const auto update = [&] {
    const Tensor x = engine::normal({2, 8, 8, 3}), y = net(x);
    const Tensor slope = engine::grad(sum(y), {x}, true)[0];
    adam.step(grad(mean(y * y) + mean(slope * slope), net.parameters()));
  };
  Captured step = engine::capture(update);
  for (int i = 0; i < 5; ++i) captured ? step() : update();
  CHECK(step.replays() == captured);
  std::vector<Numbers> all;
  for (const Param* p : net.parameters()) all.push_back(p->raw().values());
  for (const engine::State* s : states(net)) all.push_back(s->value().values());
  return all;
}

}  // namespace

TEST_CASE("cuda: which results stay bfloat16") {
  const On cuda(Device::cuda());
  Draw draw(1);
  const auto result = [&](Precision precision, Activation kind, const Shape& weight) {
    const InPrecision rounding(precision);
    const Epilogued layer{.weight = weight, .options = {}, .kind = kind};
    return layer(draw.uniform({1, 6, 6, 4}).tensor(), draw.uniform(weight).tensor(),
                 draw.uniform(layer.bias()).tensor(), true);
  };
  const Shape weight = {8, 3, 3, 4};
  CHECK(is_narrow(result(Precision::medium, Activation::relu, weight)));
  CHECK(is_narrow(result(Precision::medium, Activation::leaky_relu, weight)));
  CHECK_FALSE(is_narrow(result(Precision::medium, Activation::tanh, weight)));
  CHECK_FALSE(is_narrow(result(Precision::medium, Activation::none, weight)));
  CHECK_FALSE(is_narrow(result(Precision::medium, Activation::relu, {12, 3, 3, 4})));
  CHECK_FALSE(is_narrow(result(Precision::medium, Activation::relu, {8, 1, 1, 4})));
  CHECK_FALSE(is_narrow(result(Precision::high, Activation::relu, weight)));
  CHECK_FALSE(is_narrow(result(Precision::highest, Activation::relu, weight)));
}

TEST_CASE("cuda: convolutions read bfloat16 results without loss") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  const std::vector<Numbers> got = derivatives(true), expected = derivatives(false);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(got[i] == expected[i]);
  }
}

TEST_CASE("cuda: training gives the same bits with bfloat16 results, called or captured") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  const std::vector<Numbers> called = trained(false);
  CHECK(trained(true) == called);
  const AllWide wide;
  CHECK_FALSE(is_narrow(narrow_result()));
  CHECK(trained(false) == called);
}

TEST_CASE("cuda: a training run in `medium` resumes and replays bit-for-bit") {
  const Scratch scratch;
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  gan::training::Config config = gan::training::find_preset("sn-small").config();
  config.batch = config.g_batch = 4;
  config.n_dis = 1;
  const auto data = datasets::open("shapes");
  gan::training::Trainer replaying(config, *data);
  for (int i = 0; i < 5; ++i) replaying.step();
  CHECK(replaying.replays());
  gan::run::save(scratch / "replayed", replaying);
  gan::training::Trainer called(config, *data);
  for (int i = 0; i < 5; ++i) {  // a restored trainer begins anew: its first steps are called
    called.step();
    gan::run::save(scratch / "called", called);
    gan::run::restore(scratch / "called", called);
  }
  CHECK(engine::read_file(scratch / "called") == engine::read_file(scratch / "replayed"));
}

TEST_CASE("cuda: bfloat16 results are rounded with ties to even; NaN and infinity stay") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  const Real inf = std::numeric_limits<Real>::infinity(), nan = std::nanf("");
  const Numbers biases = {1 + 0x1p-8F, 1 + 0x3p-8F, 1 + 0x1.01p-8F, -1 - 0x3p-8F,
                          nan,         inf,         3.4e38F,        0x1p-133F};
  const Epilogued layer{.weight = {8, 3, 3, 4}, .options = {.padding = 1}};
  const auto values = [&](bool fused) {
    return layer(engine::zeros({1, 2, 2, 4}), engine::zeros(layer.weight),
                 Tensor::from({8}, biases), fused)
        .values();
  };
  const Numbers got = values(true), expected = rounded(values(false));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK((got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i]))));
  }
}

TEST_CASE("cuda: other readers of bfloat16 results see the rounded values") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  const Tensor z = narrow_result();
  REQUIRE(is_narrow(z));
  const Numbers values = z.values();
  CHECK(values == rounded(values));
  const Tensor wide = z.clone();
  CHECK_FALSE(is_narrow(wide));
  CHECK(wide.values() == values);
  CHECK(z.detach().values() == values);
  CHECK(reshape(z, {10, 40}).values() == values);
  CHECK(Tensor::view(z, 3, {5}).values() == Numbers(values.begin() + 3, values.begin() + 8));
  CHECK(Tensor::view(z, 7, {}).item() == values[7]);
  CHECK(engine::State(z).value().values() == values);
  for (const auto& f : std::initializer_list<std::function<Tensor(const Tensor&)>>{
           [](const Tensor& x) { return sum(x); }, [](const Tensor& x) { return x * x + x; },
           [](const Tensor& x) {
             return permute(x, {3, 0, 1, 2});
           },
           [](const Tensor& x) {
             return engine::concat({x, x}, 1);
           },
           [](const Tensor& x) { return average_pool(x, {.kernel = 2}); },
           [](const Tensor& x) {
             return matmul(reshape(x, {50, 8}), reshape(x, {8, 50}));
           },
           [](const Tensor& x) { return moments(x); }})
    CHECK(f(z).values() == f(wide).values());
  // A convolution of a part that begins between packs, in another precision, and of weights.
  const Shape part = {1, 5, 5, 8};
  const Tensor w = Draw(4).uniform({4, 3, 3, 8}).tensor();
  for (const engine::Index offset : {1, 2, 4, 8})
    CHECK(conv2d(Tensor::view(z, offset, part), w).values() ==
          conv2d(Tensor::view(wide, offset, part), w).values());
  for (const Precision precision : {Precision::high, Precision::highest}) {
    const InPrecision other(precision);
    CHECK(conv2d(z, w).values() == conv2d(wide, w).values());
  }
  const Tensor image = Draw(5).uniform({1, 7, 7, 8}).tensor();
  CHECK(conv2d(image, z).values() == conv2d(image, wide).values());
}

TEST_CASE("cuda: bfloat16 results that change in place keep every bit") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  const Tensor z = narrow_result(), alias = z.detach();
  const Tensor w = Draw(4).uniform({4, 3, 3, 8}).tensor();
  const Numbers third(400, Real(1) / 3);
  engine::add_scaled(1, engine::full(z.shape(), Real(1e-6)), z);  // bfloat16 would lose this
  CHECK(z.values() != rounded(z.values()));
  engine::overwrite(z, third);
  CHECK(z.values() == third);
  CHECK(alias.values() == third);
  CHECK(conv2d(alias, w).values() == conv2d(Tensor::from(z.shape(), third), w).values());
}

TEST_CASE("cuda: captured steps and bfloat16 results") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  Draw draw(6);
  const Shape image = {1, 6, 6, 4};
  const Tensor x = engine::zeros(image), before = narrow_result();
  const Tensor w = draw.uniform({8, 3, 3, 4}).tensor(), b = draw.uniform({8}).tensor();
  const Tensor v = draw.uniform({4, 3, 3, 8}).tensor();
  const Epilogued layer{.weight = w.shape(), .options = {.padding = 1}};
  Tensor z, total;
  Captured make = engine::capture([&] {
    z = layer(x, w, b, true);
    total = sum(z) + sum(before) + sum(conv2d(before, v));
  });
  Tensor square;
  Captured use = engine::capture([&] { square = z * z; });
  for (int i = 0; i < 6; ++i) {
    engine::overwrite(x, draw.uniform(image).tensor());
    make();
    if (i < 3) CHECK(is_narrow(z));
    const Tensor now = layer(x, w, b, true);
    CHECK(z.values() == now.values());
    CHECK(total.values() == (sum(now) + sum(before) + sum(conv2d(before, v))).values());
    if (i >= 3) {  // z is that of the captured step by now
      use();
      CHECK(square.values() == (now * now).values());
    }
    CHECK(z.values() == now.values());
  }
  CHECK(make.replays());
  CHECK(use.replays());
  // A replay would write the numbers again.
  const std::string text = error_of([&] { engine::overwrite(z, engine::zeros(z.shape())); });
  CHECK(text.find("captured step") != std::string::npos);
  CHECK(text.find("clone()") != std::string::npos);
}

TEST_CASE("cuda: a step that changes a bfloat16 result in place is called every time") {
  const On cuda(Device::cuda());
  const InPrecision medium(Precision::medium);
  Draw draw(8);
  const Epilogued layer{.weight = {8, 3, 3, 4}, .options = {.padding = 1}};
  const Tensor x = draw.uniform({1, 6, 6, 4}).tensor(), w = draw.uniform(layer.weight).tensor(),
               b = draw.uniform({8}).tensor(), little = engine::full({1, 6, 6, 8}, Real(1e-6));
  Tensor z;
  Captured step = engine::capture([&] {
    z = layer(x, w, b, true);
    engine::add_scaled(1, little, z);
  });
  for (int i = 0; i < 5; ++i) {
    step();
    CHECK(z.values() == (layer(x, w, b, true) + little).values());
  }
  CHECK_FALSE(step.replays());
  CHECK(step.why_not().find("in place") != std::string::npos);
}
