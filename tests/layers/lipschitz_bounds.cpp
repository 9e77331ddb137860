// What the bounds promise, on random geometries: dilation and stride with and without common
// factors, padding beyond the image, images smaller than the kernel, transposed convolutions.
#include <doctest/doctest.h>

#include <cmath>
#include <optional>

#include "engine/linalg.h"
#include "layers/lipschitz/bounds.h"
#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/norm_gradient.h"
#include "layers/lipschitz/toeplitz.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using layers::LinearMap;

namespace {

// A random small convolution or transposed convolution; nothing where no window fits.
std::optional<LinearMap> draw_map(Draw& draw, bool adversarial) {
  const Index h = draw.whole(1, 7), w = draw.whole(1, 7), kh = draw.whole(1, 4);
  const Index kw = draw.whole(1, 4);
  const engine::ConvOptions options = {
      .stride = {draw.whole(1, 4), draw.whole(1, 4)},
      .padding = {draw.whole(0, 2), draw.whole(0, 2), draw.whole(0, 2), draw.whole(0, 2)},
      .dilation = {draw.whole(1, 3), draw.whole(1, 3)}};
  const engine::Padding& p = options.padding;
  if (h + p.top + p.bottom <= (kh - 1) * options.dilation.h) return std::nullopt;
  if (w + p.left + p.right <= (kw - 1) * options.dilation.w) return std::nullopt;
  const Shape shape{draw.whole(1, 3), kh, kw, draw.whole(1, 3)};
  Host weight = draw.uniform(shape);
  // Constant signs are what makes the number of reads count in full.
  if (adversarial)
    for (double& value : weight.values) value = 1 + 0.01 * value;
  if (draw.whole(0, 1) == 0) return LinearMap::conv(weight.tensor(), options, h, w);
  if (draw.whole(0, 1) == 0) return LinearMap::conv_transpose(weight.tensor(), options, h, w);
  // The transposed layer's way: so many features, and pixels beyond their windows.
  const engine::Pair beyond(draw.whole(0, std::max(options.stride.h, options.dilation.h) - 1),
                            draw.whole(0, std::max(options.stride.w, options.dilation.w) - 1));
  const Index image_h =
      (h - 1) * options.stride.h + options.dilation.h * (kh - 1) + 1 - p.top - p.bottom;
  const Index image_w =
      (w - 1) * options.stride.w + options.dilation.w * (kw - 1) + 1 - p.left - p.right;
  if (image_h < 1 || image_w < 1) return std::nullopt;
  return LinearMap::conv_transpose(weight.tensor(), options, image_h + beyond.h, image_w + beyond.w,
                                   beyond);
}

bool window_inside(Index extent, Index out, Index kernel, Index stride, Index dilation,
                   Index before) {
  for (Index p = 0; p < out; ++p)
    if (p * stride >= before && p * stride - before + (kernel - 1) * dilation < extent) return true;
  return false;
}

bool window_inside(const engine::Window& w) {
  return window_inside(w.height, w.out_height, w.kernel_h, w.stride_h, w.dilation_h, w.top) &&
         window_inside(w.width, w.out_width, w.kernel_w, w.stride_w, w.dilation_w, w.left);
}

constexpr double kRoom = 1 + 1e-12;  // all is computed in double from the same weight

}  // namespace

TEST_CASE("lipschitz: lower <= sigma <= upper on random geometries") {
  Draw draw(1);
  int inside = 0;
  for (int i = 0; i < 300;) {
    const std::optional<LinearMap> drawn = draw_map(draw, i % 3 == 0);
    if (!drawn) continue;
    ++i;
    const LinearMap& W = *drawn;
    CAPTURE(W.weight.shape());
    CAPTURE(W.domain());
    CAPTURE(W.range());
    const double sigma = engine::spectral_norm(layers::toeplitz(W));
    const double reshaped = layers::reshaped_norm(W);
    if (window_inside(W.window())) {
      ++inside;
      CHECK(reshaped <= sigma * kRoom);
    }
    CHECK(sigma <= layers::tsuzuku_bound(W) * kRoom);
    CHECK(sigma <= layers::fantastic_four_bound(W) * kRoom);
    CHECK(sigma <= layers::gram_bound(W) * kRoom);
    CHECK(sigma <= layers::gram_bound(W, 1) * kRoom);
    CHECK(sigma <= layers::circular_norm_padded(W) * kRoom);
    CHECK(sigma <= layers::gram_zero_padding(layers::kernel(W), 3) * kRoom);
    CHECK(sigma <= layers::gram_zero_padding(layers::polyphase(W), 3) * kRoom);
    CHECK(sigma <= layers::certified_upper_bound(W) * kRoom);
    const double audited = layers::audited_norm(W, {.iterations = 30, .starts = 2});
    CHECK(audited <= sigma * (1 + 100 * kRounding));
    CHECK(audited >= 0.8 * sigma);
  }
  CHECK(inside > 50);
}

// Four channels out of one pixel: the row sums are 1, the norm is 2.
TEST_CASE("lipschitz: no row sum of a kernel that is no Gram matrix is taken for a bound") {
  const Tensor tall = engine::ones({4, 1, 1, 1});
  CHECK(error_of([&] { layers::gram_zero_padding(tall, 0); }).find("0 iterations") !=
        std::string::npos);
  CHECK(layers::gram_zero_padding(tall, 1) >= 2 * (1 - 1e-12));
}

TEST_CASE("lipschitz: reads as counted are never more than by the formula, and the same in room") {
  Draw draw(2);
  for (int i = 0; i < 300;) {
    const std::optional<LinearMap> W = draw_map(draw, false);
    if (!W) continue;
    ++i;
    const layers::Reads exact = layers::reads_exact(*W), formula = layers::reads_formula(*W);
    CHECK(exact.h <= formula.h);
    CHECK(exact.w <= formula.w);
  }
  for (Index k = 1; k <= 5; ++k)
    for (Index s = 1; s <= 6; ++s)
      for (Index d = 1; d <= 6; ++d) {
        const LinearMap W = LinearMap::conv(engine::ones({1, k, 1, 1}),
                                            {.stride = {s, 1}, .dilation = {d, 1}}, 80, 1);
        CHECK(layers::reads_exact(W).h == layers::reads_formula(W).h);
      }
  // Stride 2 and dilation 2 meet: every other pixel is read by all three taps, not by two.
  const LinearMap met =
      LinearMap::conv(engine::ones({1, 3, 3, 1}), {.stride = 2, .padding = 2, .dilation = 2}, 9, 9);
  CHECK(layers::reads_exact(met).h == 3);
  CHECK(layers::reads_formula(met).h == 3);
}

TEST_CASE("lipschitz: the circular norm on H x W is no bound for zero padding") {
  std::vector<Real> sign(9);  // outer([1, -1, 1], [1, -1, 1])
  for (int i = 0; i < 9; ++i) sign[i] = i % 2 == 0 ? 1 : -1;
  const LinearMap W = LinearMap::conv(Tensor::from({1, 3, 3, 1}, sign), {.padding = 1}, 3, 3);
  const double sigma = engine::spectral_norm(layers::toeplitz(W));
  CHECK(sigma == doctest::Approx(5.8284271247));
  CHECK(layers::circular_norm(W) == doctest::Approx(4.0));
  CHECK(layers::circular_norm_padded(W) >= sigma);
}

TEST_CASE("lipschitz: the gradient of a normalized weight is orthogonal to the weight") {
  Draw draw(3);
  for (int i = 0; i < 40;) {
    const std::optional<LinearMap> W = draw_map(draw, false);
    if (!W) continue;
    const Tensor v = unit(draw.uniform(W->domain()).tensor());  // any v, converged or not
    if (sum(square((*W)(v))).item() == 0) continue;
    ++i;
    const Tensor g = draw.uniform(W->weight.shape()).tensor();
    const Tensor gradient = layers::normalized_gradient(*W, v, g, 2);
    CHECK(std::abs(dot(gradient, W->weight).item()) <=
          1e3 * kRounding * norm(gradient).item() * norm(W->weight).item() + 1e3 * kRounding);
    const Tensor ds = layers::norm_gradient(*W, v);
    CHECK(dot(ds, W->weight).item() == doctest::Approx(norm((*W)(v)).item()).epsilon(1e-5));
  }
}

TEST_CASE("lipschitz: space-to-depth and zero-stuffing keep the matrix") {
  const Tensor weight = golden_kernel(3, 2, 3, 4);
  const LinearMap W = LinearMap::conv(weight, {.stride = {2, 3}, .dilation = {2, 1}}, 9, 13);
  const Tensor k = layers::polyphase(W);
  CHECK(k.shape() == Shape{3, 3, 2, 12});
  const engine::Window w = W.window();
  const LinearMap folded =
      LinearMap::conv(k, {}, w.out_height + k.dim(1) - 1, w.out_width + k.dim(2) - 1);
  CHECK(folded.range() == W.range());
  CHECK(engine::spectral_norm(layers::toeplitz(folded)) ==
        doctest::Approx(engine::spectral_norm(layers::toeplitz(W))).epsilon(1e-12));
}

TEST_CASE("lipschitz: a zero weight has norm zero by every measure") {
  const LinearMap W = LinearMap::conv(engine::zeros({2, 3, 3, 2}), {.padding = 1}, 4, 4);
  CHECK(engine::singular_values(layers::toeplitz(W))[0] == 0);
  for (const double zero :
       {layers::reshaped_norm(W), layers::tsuzuku_bound(W), layers::fantastic_four_bound(W),
        layers::circular_norm(W), layers::torus_supremum(W), layers::gram_bound(W),
        layers::gram_zero_padding(layers::kernel(W), 4), layers::audited_norm(W),
        layers::certified_upper_bound(W)})
    CHECK(zero == 0);
  CHECK(error_of([&] {
          layers::norm_gradient(W, engine::ones(W.domain()));
        }).starts_with("norm_gradient: "));
}

TEST_CASE("lipschitz: the dense matrix is the map's, and too large a one is refused") {
  Draw draw(4);
  const LinearMap W = LinearMap::conv_transpose(draw.uniform({3, 2, 3, 2}).tensor(),
                                                {.stride = 2, .padding = 1}, 5, 6);
  CHECK(difference(layers::toeplitz(W), dense(W)) == 0);
  const LinearMap large = LinearMap::conv(engine::ones({64, 3, 3, 64}), {.padding = 1}, 64, 64);
  CHECK(error_of([&] { layers::toeplitz(large); }).starts_with("toeplitz: a dense matrix of "));
}
