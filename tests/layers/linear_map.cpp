// LinearMap: what a constraint sees. The dense matrix of each kind has the singular values that
// others computed, and the transpose is the transpose.
#include "layers/linear_map.h"

#include <doctest/doctest.h>

#include "layers/layers.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using layers::LinearMap;

namespace {

// Values from lipschitz.json (dense SVD in numpy of operators built independently, checked
// against torch's conv2d): the name there, the map, sigma(T) and sigma(R).
struct Golden {
  const char* name;
  LinearMap map;
  double sigma, reshaped;
};

std::vector<Golden> golden() {
  const auto k = golden_kernel;
  return {
      {"linear_6x4", LinearMap::dense(reshape(k(6, 4, 1, 1), {6, 4})), 11.116929094386666,
       11.116929094386666},
      {"poster_example_2x2_on_3x3", LinearMap::conv(k(1, 1, 2, 2), {}, 3, 3), 8.135069552500969,
       6.164414002968977},
      {"single_3x3_on_4x4_p0", LinearMap::conv(k(1, 1, 3, 3), {}, 4, 4), 11.461529403029305,
       8.831760866327846},
      {"k3_on_1x1_p1", LinearMap::conv(k(4, 3, 3, 3), {.padding = 1}, 1, 1), 9.175041263201887,
       21.702687162107683},
      {"k3_s1_p1_n8", LinearMap::conv(k(4, 3, 3, 3), {.padding = 1}, 8, 8), 51.248173047612525,
       21.702687162107683},
      {"k3_s2_p1_n8", LinearMap::conv(k(4, 3, 3, 3), {.stride = 2, .padding = 1}, 8, 8),
       31.088458641879548, 21.702687162107683},
      {"k4_s2_p1_n8", LinearMap::conv(k(4, 3, 4, 4), {.stride = 2, .padding = 1}, 8, 8),
       45.78998347839535, 29.161374346727406},
      {"k3_s1_p2_d2_n8", LinearMap::conv(k(4, 3, 3, 3), {.padding = 2, .dilation = 2}, 8, 8),
       42.548812750608185, 21.702687162107683},
      {"rect_k3x5_s1x2_p1x2_7x9",
       LinearMap::conv(k(3, 2, 3, 5), {.stride = {1, 2}, .padding = {1, 2}}, 7, 9),
       43.18587635897771, 21.229399764795428},
      {"convT_k4_s2_p1_4to8",
       LinearMap::conv_transpose(k(4, 3, 4, 4), {.stride = 2, .padding = 1}, 8, 8),
       45.78998347839535, 29.161374346727406},
      {"convT_k3_s2_p0_4to9", LinearMap::conv_transpose(k(4, 3, 3, 3), {.stride = 2}, 9, 9),
       31.551564557335006, 21.702687162107683},
  };
}

// The golden values are exact to 1e-14; a float32 map rounds its whole-number entries not at all.
constexpr double kGolden = 1e-12;

double inner(const Tensor& a, const Tensor& b) {
  double total = 0;
  const Host p(a), q(b);
  for (std::size_t i = 0; i < p.values.size(); ++i) total += p.values[i] * q.values[i];
  return total;
}

}  // namespace

TEST_CASE("linear map: the golden singular values") {
  for (const Golden& g : golden()) {
    CAPTURE(g.name);
    CHECK(sigma(g.map) == doctest::Approx(g.sigma).epsilon(kGolden));
    CHECK(sigma(g.map.matrix()) == doctest::Approx(g.reshaped).epsilon(kGolden));
  }
}

TEST_CASE("linear map: closed forms") {
  const double pi = std::acos(-1);
  const Tensor ones33 = engine::ones({1, 3, 3, 1});
  const double same = (1 + 2 * std::cos(pi / 8)) * (1 + 2 * std::cos(pi / 13));
  CHECK(sigma(LinearMap::conv(ones33, {.padding = 1}, 7, 12)) ==
        doctest::Approx(same).epsilon(kGolden));
  const Tensor edge = Tensor::from({1, 1, 2, 1}, {1, -1});
  CHECK(sigma(LinearMap::conv(edge, {}, 1, 12)) ==
        doctest::Approx(2 * std::cos(pi / 24)).epsilon(kGolden));
}

TEST_CASE("linear map: transpose and weight gradient are those of the map") {
  Draw draw(3);
  for (const Golden& g : golden()) {
    CAPTURE(g.name);
    const Tensor x = draw.uniform(g.map.domain()).tensor();
    const Tensor y = draw.uniform(g.map.range()).tensor();
    CHECK(g.map(x).shape() == g.map.range());
    const double value = inner(g.map(x), y), scale = g.sigma * std::sqrt(inner(x, x) * inner(y, y));
    CHECK(std::abs(inner(x, g.map.transpose(y)) - value) / scale < kClose);
    CHECK(std::abs(inner(g.map.weight, g.map.weight_grad(x, y)) - value) / scale < kClose);
    const LinearMap doubled = g.map.with(2 * g.map.weight);
    CHECK(difference(doubled(x), 2 * g.map(x)) < kClose);
  }
}

TEST_CASE("linear map: the layers' own maps") {
  engine::seed(1);
  Draw draw(4);
  layers::Linear linear(4, 3);
  const Tensor x = draw.uniform({2, 4}).tensor();
  CHECK(difference(linear(x), matmul(x, transpose(linear.weight.raw())) + linear.bias.raw()) <
        kClose);
  layers::ConvTranspose2d up(2, 3, {.kernel = 3, .output_padding = 1});
  CHECK(up(draw.uniform({1, 4, 4, 2}).tensor()).shape() == Shape{1, 8, 8, 3});
  CHECK(error_of([&] {
          linear(draw.uniform({2, 5}).tensor());
        }) ==
        "linear: input [2, 5] [N, in] does not fit weight [3, 4] [out, in]; flatten images first");
  layers::Conv2d conv(3, 8, {});
  CHECK(error_of([&] {
          conv(draw.uniform({2, 9, 9, 4}).tensor());
        }).find("[2, 9, 9, 4]") != std::string::npos);
  CHECK(error_of([&] {
          layers::MaxMin{}(draw.uniform({2, 5}).tensor());
        }).find("[2, 5]") != std::string::npos);
}

// With a stride of at most the output padding there is room for another window, which the layer
// does not use; the map must not either.
TEST_CASE("linear map: output padding that leaves room for another window") {
  engine::seed(2);
  Draw draw(6);
  for (const Index padding : {0, 1, 3})
    for (const Index beyond : {0, 1, 2}) {
      const layers::ConvTranspose2dOptions options{.kernel = {3, 2},
                                                   .stride = {1, 2},
                                                   .padding = padding,
                                                   .dilation = 3,
                                                   .output_padding = {beyond, 2 - beyond},
                                                   .bias = false};
      CAPTURE(padding);
      CAPTURE(beyond);
      layers::ConvTranspose2d layer(2, 3, options);
      const Tensor x = draw.uniform({1, 4, 5, 2}).tensor();
      const Tensor y = layer(x);
      const LinearMap map = layer.map(x.shape());
      CHECK(map.domain() == x.shape());
      CHECK(map.range() == y.shape());
      CHECK(difference(map(x), y) == 0);
      const Tensor z = draw.uniform(y.shape()).tensor();
      const double value = inner(y, z);
      CHECK(std::abs(inner(x, map.transpose(z)) - value) < 100 * kClose);
      CHECK(std::abs(inner(map.weight, map.weight_grad(x, z)) - value) < 100 * kClose);
      // The convolution that it is the adjoint of has the same singular values.
      const LinearMap adjoint = LinearMap::conv(map.weight, options.geometry(), y.dim(1), y.dim(2),
                                                options.output_padding);
      CHECK(adjoint.domain() == map.range());
      CHECK(sigma(adjoint) == doctest::Approx(sigma(map)).epsilon(kClose));
      CHECK(sigma(map) <= layer.lipschitz(x.shape()) * (1 + kClose));
    }
}
