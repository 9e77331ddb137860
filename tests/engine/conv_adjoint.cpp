// The three slots of the convolution form on random geometries: each equals the seven loops in
// double, and <conv(x, w), y> = <x, conv_transpose(y, w)> = <w, weight_grad(x, y)>.
#include <doctest/doctest.h>

#include "tests/support/conv_geometry.h"
#include "tests/support/definitions.h"
#include "tests/support/draw.h"

using namespace tests;

namespace {

double inner(const Tensor& a, const Tensor& b) {
  const Host p(a), q(b);
  double total = 0;
  for (std::size_t i = 0; i < p.values.size(); ++i) total += p.values[i] * q.values[i];
  return total;
}

double length(const Tensor& a) { return std::sqrt(inner(a, a)); }

}  // namespace

TEST_CASE("conv: three slots of one form, on 200 random geometries") {
  Draw draw(2024);
  for (int trial = 0; trial < 200; ++trial) {
    const auto [x_shape, w_shape, options] = random_conv(
        draw, {.side = 9, .channels = 5, .kernel = 5, .stride = 4, .padding = 4, .dilation = 3});
    const Shape y_shape = definitions::conv_shape(x_shape, w_shape, options);
    std::ostringstream text;
    text << x_shape << " with " << w_shape << ", stride " << options.stride.h << ", "
         << options.stride.w << ", dilation " << options.dilation.h << ", " << options.dilation.w
         << ", padding " << options.padding.top << ", " << options.padding.bottom << ", "
         << options.padding.left << ", " << options.padding.right;
    CAPTURE(text.str());
    const Tensor x = draw.uniform(x_shape).tensor(), w = draw.uniform(w_shape).tensor(),
                 y = draw.uniform(y_shape).tensor();
    const engine::Pair kernel(w_shape[1], w_shape[2]);

    const Tensor forward = conv2d(x, w, options);
    const Tensor adjoint = conv2d_transpose(y, w, options, x_shape[1], x_shape[2]);
    const Tensor weight = conv2d_weight_grad(x, y, options, kernel);
    const Host hx(x), hw(w), hy(y);
    CHECK(difference(forward, definitions::conv(hx, hw, options)) < kClose);
    CHECK(difference(adjoint, definitions::conv_transpose(hy, hw, options, x_shape[1],
                                                          x_shape[2])) < kClose);
    CHECK(difference(weight, definitions::conv_weight_grad(hx, hy, options, kernel)) < kClose);

    // The three numbers are sums of the same products; each slot rounds its own sums, which moves
    // a number by no more than the rounding of a vector times the length of the other.
    const double one = inner(forward, y), two = inner(x, adjoint), three = inner(w, weight);
    const double scale = std::max({length(forward) * length(y), length(x) * length(adjoint),
                                   length(w) * length(weight), 1e-30});
    CHECK(std::abs(one - two) / scale < kClose);
    CHECK(std::abs(one - three) / scale < kClose);
  }
}

TEST_CASE("conv: large enough for several tiles and threads") {
  Draw draw(7);
  struct Large {
    Shape x, w;
    engine::ConvOptions options;
  };
  const std::vector<Large> all = {
      {{3, 24, 20, 16}, {8, 3, 3, 16}, {.padding = 1}},
      {{4, 23, 31, 7}, {5, 4, 4, 7}, {.stride = 2, .padding = 1}},
      {{9, 20, 20, 3}, {6, 1, 1, 3}, {}},
      {{40, 16, 16, 2}, {3, 3, 3, 2}, {.stride = 3, .padding = {0, 2, 1, 1}, .dilation = 2}}};
  for (const Large& g : all) {
    CAPTURE(g.x);
    const Shape y_shape = definitions::conv_shape(g.x, g.w, g.options);
    const Host x = draw.uniform(g.x), w = draw.uniform(g.w), y = draw.uniform(y_shape);
    // The loops must see the same numbers, rounded to Real.
    const Host rx(x.tensor()), rw(w.tensor()), ry(y.tensor());
    CHECK(difference(conv2d(x.tensor(), w.tensor(), g.options),
                     definitions::conv(rx, rw, g.options)) < kClose);
    CHECK(difference(conv2d_transpose(y.tensor(), w.tensor(), g.options, g.x[1], g.x[2]),
                     definitions::conv_transpose(ry, rw, g.options, g.x[1], g.x[2])) < kClose);
    CHECK(difference(conv2d_weight_grad(x.tensor(), y.tensor(), g.options, {g.w[1], g.w[2]}),
                     definitions::conv_weight_grad(rx, ry, g.options, {g.w[1], g.w[2]})) < kClose);
  }
}
