// Every instruction set that this machine has, and AMX with its instructions emulated, in every
// precision: the three slots of convolutions and the matrix products against the plain loops.
#include <doctest/doctest.h>
#include <omp.h>

#include <array>
#include <cstdlib>
#include <limits>

#include "engine/cpu/isa.h"
#include "engine/cpu/kernels/bf16.h"
#include "engine/cpu/kernels/kernels.h"
#include "engine/device.h"
#include "tests/support/conv_geometry.h"
#include "tests/support/definitions.h"
#include "tests/support/draw.h"
#include "tests/support/restore.h"

using namespace tests;
using engine::Precision;
using engine::cpu::Isa;

namespace {

// Relative to the largest result. `high` leaves out what is below 2^-16 of each product and rounds
// like float32; `medium` rounds both factors to 8 bits, 2^-8 of a product, which averages out.
double tolerance(Precision precision) {
  if (kDouble || precision == Precision::highest) return kClose;
  return precision == Precision::high ? 1e-5 : 1e-2;
}

template <class Check>
void everywhere(const Check& check) {
  const Restore restore;
  engine::set_algorithm(engine::Algorithm::direct);  // filters have tests of their own
  for (const Isa isa : engine::cpu::available_isas())
    for (const Precision p : {Precision::highest, Precision::high, Precision::medium}) {
      engine::cpu::set_isa(isa);
      engine::set_precision(p);
      CAPTURE(engine::cpu::name(isa));
      CAPTURE(static_cast<int>(p));
      check(tolerance(p));
    }
}

// As the loops must see the numbers: rounded to Real.
Host drawn(Draw& draw, const Shape& shape) { return Host(draw.uniform(shape).tensor()); }

}  // namespace

TEST_CASE("instruction sets: the best is chosen, and never an emulated one") {
  const char* wish = std::getenv("KANTOR_ISA");
  if (wish != nullptr && *wish != '\0') return;
  std::vector<Isa> real = engine::cpu::available_isas();
  std::erase(real, Isa::amx_emulated);
  CHECK(engine::cpu::isa() == real.back());
}

TEST_CASE("instruction sets: convolutions equal the loops in every slot") {
  // Blocks of every kind: whole and with edges, one panel and several, sums in one piece and in
  // more, few channels on either side, strides, dilation, no padding at all.
  const std::vector<ConvGeometry> all = {
      {{2, 9, 8, 3}, {40, 3, 3, 3}, {.padding = 1}},
      {{2, 8, 9, 40}, {3, 3, 3, 40}, {.padding = {1, 0, 1, 2}}},
      {{2, 8, 8, 33}, {35, 4, 4, 33}, {.stride = 2, .padding = 1}},
      {{3, 6, 7, 64}, {64, 3, 3, 64}, {.padding = 1}},
      {{2, 5, 5, 70}, {17, 1, 1, 70}, {}},
      {{2, 9, 9, 5}, {12, 3, 2, 5}, {.stride = {1, 2}, .padding = 2, .dilation = {2, 1}}},
      {{2, 7, 7, 2}, {9, 4, 4, 2}, {.stride = 2, .padding = 1}},
      // Much padding, which is left out: more images than are taken together, windows that see
      // nothing but padding, taps that never meet the image.
      {{70, 2, 3, 16}, {33, 3, 3, 16}, {.padding = 1}},
      {{5, 4, 4, 40}, {18, 4, 4, 40}, {.stride = 2, .padding = 1}},
      {{3, 3, 2, 32}, {20, 2, 3, 32}, {.padding = 3}},
      {{3, 2, 2, 48}, {20, 3, 3, 48}, {.padding = {4, 4, 2, 3}, .dilation = 3}}};
  everywhere([&](double close) {
    Draw draw(3);
    for (const ConvGeometry& g : all) {
      CAPTURE(g.x);
      CAPTURE(g.w);
      const Host x = drawn(draw, g.x), w = drawn(draw, g.w);
      const Host y = drawn(draw, definitions::conv_shape(g.x, g.w, g.options));
      CHECK(difference(conv2d(x.tensor(), w.tensor(), g.options),
                       definitions::conv(x, w, g.options)) < close);
      CHECK(difference(conv2d_transpose(y.tensor(), w.tensor(), g.options, g.x[1], g.x[2]),
                       definitions::conv_transpose(y, w, g.options, g.x[1], g.x[2])) < close);
      CHECK(difference(conv2d_weight_grad(x.tensor(), y.tensor(), g.options, {g.w[1], g.w[2]}),
                       definitions::conv_weight_grad(x, y, g.options, {g.w[1], g.w[2]})) < close);
    }
  });
}

TEST_CASE("instruction sets: matrix products equal the loops") {
  everywhere([](double close) {
    Draw draw(4);
    const std::vector<std::array<Index, 3>> extents = {{1, 7, 5},    {5, 1, 300},    {14, 32, 256},
                                                       {33, 47, 65}, {100, 9, 1100}, {6, 200, 30}};
    for (const auto& [m, n, k] : extents) {
      CAPTURE(m);
      CAPTURE(n);
      CAPTURE(k);
      const Host a = drawn(draw, {m, k}), b = drawn(draw, {k, n});
      const Host at = definitions::each({k, m}, [&](const Position& p) {
        return a.at({p[1], p[0]});
      });
      const Host bt = definitions::each({n, k}, [&](const Position& p) {
        return b.at({p[1], p[0]});
      });
      const Host product = definitions::product(a, b, false, false);
      CHECK(difference(matmul(a.tensor(), b.tensor()), product) < close);
      CHECK(difference(matmul_nt(a.tensor(), bt.tensor()), product) < close);
      CHECK(difference(matmul_tn(at.tensor(), b.tensor()), product) < close);
    }
  });
}

TEST_CASE("instruction sets: the same bits for any number of threads") {
  const int before = omp_get_max_threads();
  everywhere([&](double) {
    Draw draw(6);
    const engine::ConvOptions options{.stride = 2, .padding = 1};
    const Tensor x = draw.uniform({9, 12, 12, 20}).tensor(),
                 w = draw.uniform({18, 4, 4, 20}).tensor();
    const Tensor y = draw.uniform({9, 6, 6, 18}).tensor();
    std::vector<std::vector<Real>> found[4];
    for (const int threads : {1, 2, 3}) {
      omp_set_num_threads(threads);
      found[0].push_back(conv2d(x, w, options).values());
      found[1].push_back(conv2d_transpose(y, w, options, 12, 12).values());
      found[2].push_back(conv2d_weight_grad(x, y, options, 4).values());
      found[3].push_back(matmul_tn(reshape(x, {1296, 20}), reshape(x, {1296, 20})).values());
    }
    for (const auto& results : found) CHECK((results[0] == results[1] && results[0] == results[2]));
  });
  omp_set_num_threads(before);
}

#ifndef KANTOR_DOUBLE
TEST_CASE("instruction sets: numbers become pairs of bf16 alike on all of them") {
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> numbers = {0,           -0.0F,   1,        1.00390625F,
                                1.01171875F, 3.3e38F, infinity, -infinity};
  Draw draw(5);
  while (numbers.size() < 2 * 37)
    numbers.push_back(static_cast<float>(std::exp(draw.between(-60, 60)) * draw.between(-1, 1)));
  const std::size_t pairs = numbers.size() / 2;
  for (const Isa isa : engine::cpu::available_isas()) {
    const engine::cpu::Bf16Kernel* kernel = engine::cpu::bf16_kernel(isa);
    if (kernel == nullptr) continue;
    CAPTURE(engine::cpu::name(isa));
    std::vector<std::uint32_t> high(pairs), low(pairs), across(pairs), across_low(pairs);
    kernel->narrow(static_cast<Index>(pairs), numbers.data(), high.data(), low.data());
    kernel->interleave(static_cast<Index>(pairs), numbers.data(), numbers.data() + pairs,
                       across.data(), across_low.data());
    for (std::size_t i = 0; i < pairs; ++i) {
      std::uint32_t h = 0, l = 0;
      engine::cpu::split_pair(numbers[2 * i], numbers[2 * i + 1], &h, &l);
      CHECK(high[i] == h);
      CHECK(low[i] == l);
      engine::cpu::split_pair(numbers[i], numbers[pairs + i], &h, &l);
      CHECK(across[i] == h);
      CHECK(across_low[i] == l);
      const float x = numbers[2 * i];
      if (!std::isfinite(x)) continue;
      const float sum = engine::cpu::even_of(high[i]) + engine::cpu::even_of(low[i]);
      CHECK(std::abs(double{sum} - x) <= 0x1p-16 * std::abs(x));
    }
  }
}
#endif
