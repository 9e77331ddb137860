// Convolutions by minimal filters: every slot on random geometries against the loops in double, on
// every instruction set, and the same bits for any thread count.
#include "engine/filtering.h"

#include <doctest/doctest.h>

#include "tests/support/conv_geometry.h"
#include "tests/support/definitions.h"
#include "tests/support/draw.h"
#include "tests/support/restore.h"
#include "tests/support/sanitized.h"

using namespace tests;
using engine::Algorithm;
using engine::Precision;

namespace {

// Relative to the largest result: rounding of sums of up to a few hundred terms; filters of five
// and six points add numbers up to ten times as large as the results.
double filter_tolerance(Precision precision) {
  return kDouble ? kClose : precision == Precision::highest ? 3e-6 : 3e-5;
}

Host as_real(Draw& draw, const Shape& shape) { return Host(draw.uniform(shape).tensor()); }

struct Setting {
  engine::cpu::Isa isa;
  Precision precision;
};

// All slots in each setting, against loops that run once.
void check_slots(const ConvGeometry& g, Draw& draw, const std::vector<Setting>& settings) {
  CAPTURE(g.x);
  CAPTURE(g.w);
  CAPTURE(g.options.stride.h);
  CAPTURE(g.options.stride.w);
  const Host x = as_real(draw, g.x), w = as_real(draw, g.w);
  const Host y = as_real(draw, definitions::conv_shape(g.x, g.w, g.options));
  const Host forward = definitions::conv(x, w, g.options);
  const Host adjoint = definitions::conv_transpose(y, w, g.options, g.x[1], g.x[2]);
  const Host weight = definitions::conv_weight_grad(x, y, g.options, {g.w[1], g.w[2]});
  for (const auto& [isa, precision] : settings) {
    engine::cpu::set_isa(isa);
    engine::set_precision(precision);
    CAPTURE(engine::cpu::name(isa));
    const double close = filter_tolerance(precision);
    CHECK(difference(conv2d(x.tensor(), w.tensor(), g.options), forward) < close);
    CHECK(difference(conv2d_transpose(y.tensor(), w.tensor(), g.options, g.x[1], g.x[2]), adjoint) <
          close);
    CHECK(difference(conv2d_weight_grad(x.tensor(), y.tensor(), g.options, {g.w[1], g.w[2]}),
                     weight) < close);
  }
}

}  // namespace

TEST_CASE("filtering: a table that is not a convolution is found out") {
  engine::Filter filter = engine::kFilters[3];
  CHECK(engine::is_convolution(filter));
  filter.g[1][2] = {1, 3};
  CHECK_FALSE(engine::is_convolution(filter));
}

TEST_CASE("filtering: F(2, 3) is the algorithm of Lavin and Gray, up to the scale of its rows") {
  const engine::Filter& f = engine::kFilters[3];
  REQUIRE(f.outputs == 2);
  REQUIRE(f.taps == 3);
  const double b[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
  const double g[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
  const double a[4][2] = {{1, 0}, {1, 1}, {1, -1}, {0, -1}};
  for (int p = 0; p < 4; ++p)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 3; ++j)
        for (int k = 0; k < 2; ++k)
          CHECK(f.b[p][i].value() * f.g[p][j].value() * f.a[p][k].value() ==
                b[p][i] * g[p][j] * a[p][k]);
}

TEST_CASE("filtering: every slot of random geometries equals the loops") {
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  std::vector<Setting> settings;
  for (const engine::cpu::Isa isa : engine::cpu::available_isas())
    for (const Precision precision : {Precision::highest, Precision::high})
      settings.push_back({isa, precision});
  Draw draw(17);
  for (int trial = 0; trial < 40; ++trial)
    check_slots(
        random_conv(draw, {.side = 14, .channels = 40, .kernel = 6, .stride = 3, .padding = 3}),
        draw, settings);
}

TEST_CASE("filtering: several blocks of tiles, panels and pieces of a sum") {
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  Draw draw(18);
  for (const ConvGeometry& g :
       {ConvGeometry{{9, 16, 15, 40}, {70, 3, 3, 40}, {.padding = 1}},
        ConvGeometry{{3, 9, 10, 90}, {300, 4, 4, 90}, {.stride = 2, .padding = 1}},
        ConvGeometry{{40, 8, 8, 20}, {24, 3, 3, 20}, {.padding = 1}}}) {
    if (kSanitized && g.x[0] == 9) continue;  // the loops would take a minute
    check_slots(g, draw, {{engine::cpu::isa(), Precision::highest}});
  }
}

TEST_CASE("filtering: nothing to filter") {
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  for (const ConvGeometry& g : {ConvGeometry{{0, 6, 6, 4}, {5, 3, 3, 4}, {.padding = 1}},
                                ConvGeometry{{2, 6, 6, 0}, {5, 3, 3, 0}, {.padding = 1}},
                                ConvGeometry{{2, 6, 6, 4}, {0, 3, 3, 4}, {.padding = 1}}}) {
    const Tensor x = engine::zeros(g.x), w = engine::zeros(g.w);
    const Tensor y = conv2d(x, w, g.options);
    CHECK(conv2d_transpose(y, w, g.options, 6, 6).shape() == g.x);
    CHECK(conv2d_weight_grad(x, y, g.options, {3, 3}).shape() == g.w);
  }
}

TEST_CASE("filtering: bias and activation follow in the same pass") {
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  Draw draw(19);
  const Tensor x = draw.uniform({3, 9, 8, 20}).tensor(), w = draw.uniform({24, 4, 4, 20}).tensor();
  const Tensor bias = draw.uniform({24}).tensor(), back = draw.uniform({20}).tensor();
  const engine::ConvOptions options{.stride = 2, .padding = 1};
  const Tensor y = conv2d(x, w, options);
  const engine::BiasActivation end{
      .bias = bias, .kind = engine::Activation::leaky_relu, .slope = 0.1F};
  CHECK(difference(conv2d(x, w, options, end), engine::leaky_relu(y + bias, 0.1F)) < kClose);
  const engine::BiasActivation other{.bias = back, .kind = engine::Activation::relu};
  CHECK(difference(conv2d_transpose(y, w, options, engine::Pair{0, 0}, other),
                   engine::relu(conv2d_transpose(y, w, options, engine::Pair{0, 0}) + back)) <
        kClose);
}

TEST_CASE("filtering: the same bits for any number of threads") {
  const Restore restore;
  engine::set_algorithm(Algorithm::filtered);
  Draw draw(20);
  const engine::ConvOptions options{.padding = 1};
  const Tensor x = draw.uniform({40, 8, 8, 20}).tensor(), w = draw.uniform({24, 3, 3, 20}).tensor();
  std::vector<std::vector<double>> results;
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    const Tensor y = conv2d(x, w, options);
    std::vector<double> all = Host(y).values;
    for (const Tensor& t :
         {conv2d_transpose(y, w, options, 8, 8), conv2d_weight_grad(x, y, options, {3, 3})}) {
      const Host host(t);
      all.insert(all.end(), host.values.begin(), host.values.end());
    }
    results.push_back(std::move(all));
  }
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}
