// Bounds against values that others computed: from lipschitz.json (numpy, dense SVD of operators
// built independently; names are the names there). The tool `lipschitz check` compares all of it.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/linalg.h"
#include "layers/lipschitz/bounds.h"
#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/norm_gradient.h"
#include "layers/lipschitz/toeplitz.h"
#include "tests/support/dense.h"

using namespace tests;
using engine::Pair;
using layers::LinearMap;

namespace {

struct GoldenMap {
  const char* name;
  bool transposed;
  std::array<Index, 4> weight;  // [O, I, kH, kW]
  std::array<Index, 2> stride, padding, dilation, image;
  double sigma0, sigma1;
  std::array<double, 4> reshapes;
  Index n;
  double tsuzuku;
  double circular, circular_padded, circular_strided;  // 0: the stride does not divide the image
  double gram_zero_t5, gram_zero_polyphase_t6, torus_supremum, gram_circular_t5;
  double m2_after_1, m2_after_10;
};

const std::vector<GoldenMap> kGoldenMaps = {
    {"poster_example_2x2_on_3x3",
     false,
     {1, 1, 2, 2},
     {1, 1},
     {0, 0},
     {1, 1},
     {3, 3},
     8.135069552500969,
     6.3899101632844,
     {6.164414002968977, 6.08504366272913, 6.08504366272913, 6.164414002968977},
     4,
     12.328828005937954,
     10,
     10,
     10,
     10,
     10,
     10,
     10,
     6.752924837804037,
     8.134987359345761},
    {"k3_on_1x1_p1",
     false,
     {4, 3, 3, 3},
     {1, 1},
     {1, 1},
     {1, 1},
     {1, 1},
     9.175041263201887,
     5.034286757615463,
     {21.702687162107683, 20.839332080324915, 20.89823282182261, 26.753590029891452},
     1,
     21.702687162107683,
     11.80690771520587,
     39.650457093251134,
     11.80690771520587,
     55.991558022309306,
     55.752663506131384,
     55.48671034407395,
     11.806907715205872,
     6.381571765978531,
     9.175041260084225},
    {"k3_s2_p1_n8",
     false,
     {4, 3, 3, 3},
     {2, 2},
     {1, 1},
     {1, 1},
     {8, 8},
     31.088458641879548,
     29.404069307502997,
     {21.702687162107683, 20.839332080324915, 20.89823282182261, 26.753590029891452},
     4,
     43.405374324215366,
     52.478764343374046,
     54.90969039302693,
     33.18980513439256,
     55.991558022309306,
     33.587429299178766,
     33.24262516581661,
     52.47876434337407,
     22.642595911581086,
     30.536052457792294},
    {"k3_s1_p2_d2_n8",
     false,
     {4, 3, 3, 3},
     {1, 1},
     {2, 2},
     {2, 2},
     {8, 8},
     42.548812750608185,
     42.54881275060818,
     {21.702687162107683, 20.839332080324915, 20.89823282182261, 26.753590029891452},
     9,
     65.10806148632305,
     52.373326082329704,
     52.96038798187599,
     52.373326082329704,
     55.991558022309306,
     55.752663506131434,
     55.48671034407395,
     52.37332608232968,
     27.30300038810302,
     42.539201009371595},
    {"rect_k3x5_s1x2_p1x2_7x9",
     false,
     {3, 2, 3, 5},
     {1, 2},
     {1, 2},
     {1, 1},
     {7, 9},
     43.18587635897771,
     43.17725219325045,
     {21.229399764795428, 19.34808657214129, 20.91825280360235, 26.03881377718696},
     9,
     63.68819929438628,
     61.285470495679455,
     62.22148650777002,
     0,
     66.22394684754015,
     49.20659158548949,
     48.83222198207762,
     61.285470495679455,
     35.02678333082612,
     43.178026801285554},
    {"convT_k4_s2_p1_4to8",
     true,
     {4, 3, 4, 4},
     {2, 2},
     {1, 1},
     {1, 1},
     {8, 8},
     45.78998347839535,
     44.0566250473241,
     {29.161374346727406, 27.983547346085444, 26.82158321694902, 35.72162501842411},
     4,
     58.32274869345481,
     88.45195575629504,
     96.53762877957686,
     48.656483165325305,
     99.47460803972065,
     51.18058166104748,
     50.88856993428216,
     88.45195575629492,
     32.612604389910366,
     44.03557833989308},
};

Tensor weight(const GoldenMap& g) {
  return golden_kernel(g.weight[0], g.weight[1], g.weight[2], g.weight[3]);
}

engine::ConvOptions options(const GoldenMap& g) {
  return {.stride = {g.stride[0], g.stride[1]},
          .padding = {g.padding[0], g.padding[1]},
          .dilation = {g.dilation[0], g.dilation[1]}};
}

LinearMap convolution(const GoldenMap& g) {
  return LinearMap::conv(weight(g), options(g), g.image[0], g.image[1]);
}

LinearMap map(const GoldenMap& g) {
  if (!g.transposed) return convolution(g);
  return LinearMap::conv_transpose(weight(g), options(g), g.image[0], g.image[1]);
}

void near(double got, double expected, double tolerance = 1e-12) {
  CHECK(std::abs(got - expected) <= tolerance * expected);
}

}  // namespace

TEST_CASE("lipschitz: every bound has its golden value") {
  for (const GoldenMap& g : kGoldenMaps) {
    CAPTURE(g.name);
    const LinearMap W = map(g);
    const std::vector<double> s = engine::singular_values(layers::toeplitz(W));
    near(s[0], g.sigma0);
    near(s[1], g.sigma1);
    near(layers::reshaped_norm(W), g.reshapes[0]);
    for (int i = 0; i < 4; ++i) near(layers::reshape_norms(W)[i], g.reshapes[i]);
    CHECK(layers::reads_exact(W).count() == g.n);
    near(layers::tsuzuku_bound(W), g.tsuzuku);
    near(layers::circular_norm(W), g.circular);
    near(layers::circular_norm_padded(W), g.circular_padded);
    near(layers::circular_norm_strided(W).value_or(0), g.circular_strided);
    near(layers::gram_zero_padding(layers::kernel(W), 5), g.gram_zero_t5);
    near(layers::gram_zero_padding(layers::polyphase(W), 6), g.gram_zero_polyphase_t6);
    near(layers::torus_supremum(W), g.torus_supremum);
    near(layers::gram_circular(layers::zero_stuffed(layers::kernel(W), options(g).dilation),
                               g.image[0], g.image[1], 5),
         g.gram_circular_t5);
  }
}

TEST_CASE("lipschitz: Method 2 has its golden value after 1 and 10 iterations") {
  for (const GoldenMap& g : kGoldenMaps) {
    CAPTURE(g.name);
    const LinearMap C = convolution(g);
    Host u0(C.range());
    const Index height = u0.shape[1], width = u0.shape[2];
    for_each_position(u0.shape, [&](const Position& p) {  // the file counts as [o, y, x]
      u0.at(p) = static_cast<double>(7 * ((p[3] * height + p[1]) * width + p[2]) % 13 - 6);
    });
    const std::vector<double> sigma = layers::power_method(C, u0.tensor(), 10);
    near(sigma[0], g.m2_after_1, 100 * kClose);
    near(sigma[9], g.m2_after_10, 100 * kClose);
  }
}

TEST_CASE("lipschitz: the poster's example, its norm's gradient and the normalized weight's") {
  const LinearMap W = map(kGoldenMaps[0]);
  const engine::Svd decomposed = engine::svd(layers::toeplitz(W));
  Host v(Shape{1, 3, 3, 1});
  for (int j = 0; j < 9; ++j) v.values[j] = decomposed.v[j * decomposed.s.size()];

  const Host ds(layers::norm_gradient(W, v.tensor()));
  CHECK(difference(ds.values, {-0.9197453135378598, -0.7426813830582548, -0.6541494178184522,
                               -0.4404707971233833}) < 100 * kClose);
  Host g(Shape{1, 2, 2, 1});
  for_each_position(g.shape, [&](const Position& p) {
    g.at(p) = static_cast<double>((5 * p[1] + 7 * p[2]) % 7 - 3);
  });
  const Host dl(layers::normalized_gradient(W, v.tensor(), g.tensor(), 2));
  CHECK(difference(dl.values, {-0.18163677295597955, -0.28865741474645396, 0.8870780545096281,
                               0.7579268317747209}) < 100 * kClose);
}

TEST_CASE("lipschitz: closed forms") {
  constexpr double pi = 3.14159265358979323846;
  const LinearMap box = LinearMap::conv(engine::ones({1, 3, 3, 1}), {.padding = 1}, 7, 12);
  near(engine::spectral_norm(layers::toeplitz(box)),
       (1 + 2 * std::cos(pi / 8)) * (1 + 2 * std::cos(pi / 13)));
  const LinearMap step = LinearMap::conv(Tensor::from({1, 1, 2, 1}, {1, -1}), {}, 1, 12);
  near(engine::spectral_norm(layers::toeplitz(step)), 2 * std::cos(pi / 24));
  // Stride = kernel: patches do not meet, and R says it all.
  const LinearMap patches = LinearMap::conv(golden_kernel(4, 3, 4, 4), {.stride = 4}, 8, 8);
  near(engine::spectral_norm(layers::toeplitz(patches)), layers::reshaped_norm(patches));
  near(layers::tsuzuku_bound(patches), layers::reshaped_norm(patches));
}
