// Convolutions by minimal filters on CUDA: every slot of random geometries against the loops in
// double, several pieces of tiles, and which shapes use them.
#include <doctest/doctest.h>

#include "engine/algorithm.h"
#include "engine/capture.h"
#include "tests/cuda/on_device.h"
#include "tests/support/conv_geometry.h"
#include "tests/support/definitions.h"
#include "tests/support/restore.h"

using namespace tests;
using engine::Algorithm;
using engine::Device;

namespace {

void check_slots(const ConvGeometry& g, Draw& draw) {
  CAPTURE(g.x);
  CAPTURE(g.w);
  CAPTURE(g.options.stride.h);
  CAPTURE(g.options.stride.w);
  const Tensor x = draw.uniform(g.x).tensor(), w = draw.uniform(g.w).tensor();
  const Tensor y = draw.uniform(definitions::conv_shape(g.x, g.w, g.options)).tensor();
  const Host hx(x), hw(w), hy(y);
  CHECK(difference(conv2d(x, w, g.options), definitions::conv(hx, hw, g.options)) < kClose);
  CHECK(difference(conv2d_transpose(y, w, g.options, g.x[1], g.x[2]),
                   definitions::conv_transpose(hy, hw, g.options, g.x[1], g.x[2])) < kClose);
  CHECK(difference(conv2d_weight_grad(x, y, g.options, {g.w[1], g.w[2]}),
                   definitions::conv_weight_grad(hx, hy, g.options, {g.w[1], g.w[2]})) < kClose);
}

}  // namespace

TEST_CASE("cuda filtered: every slot of random geometries equals the loops") {
  const On cuda(Device::cuda());
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  Draw draw(51);
  engine::algorithms_run();
  for (int trial = 0; trial < 25; ++trial)
    check_slots(
        random_conv(draw, {.side = 9, .channels = 6, .kernel = 6, .stride = 3, .padding = 3}),
        draw);
  const std::string run = engine::algorithms_run();
  for (const char* filter : {"F(2x2, 3x3)", "F(3x3, 2x2)"}) {
    CAPTURE(filter);
    CHECK(run.find(filter) != std::string::npos);
  }
}

TEST_CASE("cuda filtered: only where they move fewer bytes, and in `highest`") {
  const On cuda(Device::cuda());
  const Restore restore;
  const auto run = [](Index size, Index channels) {
    const Tensor x = engine::zeros({2, size, size, channels});
    const Tensor w = engine::zeros({channels, 3, 3, channels});
    engine::algorithms_run();
    conv2d(x, w, {.padding = 1});
    return engine::algorithms_run();
  };
  engine::set_algorithm(Algorithm::automatic);
  CHECK(run(16, 32) == "F(2x2, 3x3) 1");
  CHECK(run(4, 4) == "direct 1");
  engine::set_precision(engine::Precision::high);
  CHECK(run(16, 32) == "direct 1");
  engine::set_algorithm(Algorithm::direct);
  engine::set_precision(engine::Precision::highest);
  CHECK(run(16, 32) == "direct 1");
}

TEST_CASE("cuda filtered: a captured step gives the same bits") {
  const On cuda(Device::cuda());
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  Draw draw(52);
  const Tensor x = draw.uniform({2, 7, 6, 4}).tensor();
  const Tensor w = draw.uniform({4, 4, 4, 4}).tensor();
  const engine::ConvOptions options{.stride = 2, .padding = 1};
  Tensor result;
  const auto compute = [&] {
    const engine::NoGrad constant;
    const Tensor y = conv2d(x, w, options);
    const Tensor back = conv2d_transpose(y, w, options, 7, 6);
    result = conv2d_weight_grad(back, y, options, 4);
  };
  compute();
  const std::vector<Real> called = result.values();
  engine::Captured step = engine::capture(compute);
  for (int call = 0; call < 4; ++call) {
    step();
    CHECK(result.values() == called);
  }
  CHECK(step.replays());
}
