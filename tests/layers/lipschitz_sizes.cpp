// Norms of weights of every size that Real can hold, although squares overflow or underflow long
// before; and weights that have no norm, because they are empty or not finite.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "engine/linalg.h"
#include "layers/layers.h"
#include "layers/lipschitz/audit.h"
#include "layers/lipschitz/bounds.h"
#include "layers/lipschitz/gradient_clipping.h"
#include "layers/lipschitz/kernel.h"
#include "layers/lipschitz/norm_gradient.h"
#include "layers/lipschitz/toeplitz.h"
#include "tests/support/dense.h"
#include "tests/support/draw.h"

using namespace tests;
using layers::LinearMap;
using layers::Param;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Sizes whose squares leave the range of Real, the last that of its normal numbers as well; beside
// each, how many digits a number of that size keeps.
struct Size {
  double factor, tolerance;
};
const std::vector<Size> kSizes =
    kDouble ? std::vector<Size>{{1e160, 1e-12}, {1e-160, 1e-12}, {1e305, 1e-12}, {1e-310, 1e-6}}
            : std::vector<Size>{{1e25, 1e-5}, {1e-25, 1e-5}, {1e37, 1e-5}, {1e-40, 1e-3}};

Tensor times(const Tensor& x, double factor) {
  Host values(x);
  for (double& value : values.values) value *= factor;
  return values.tensor();
}

std::vector<LinearMap> sized_maps() {
  Draw draw(4);
  return {LinearMap::dense(draw.uniform({4, 6}).tensor()),
          LinearMap::conv(draw.uniform({4, 3, 3, 3}).tensor(), {.padding = 1}, 5, 6),
          LinearMap::conv(draw.uniform({3, 4, 4, 2}).tensor(), {.stride = 2, .padding = 1}, 6, 6),
          LinearMap::conv_transpose(draw.uniform({3, 4, 4, 2}).tensor(),
                                    {.stride = 2, .padding = 1}, 6, 6)};
}

struct Norm {
  const char* name;
  std::function<double(const LinearMap&)> of;
};
const std::vector<Norm> kNorms = {
    {"audited", [](const LinearMap& W) { return layers::audited_norm(W, {.iterations = 20}); }},
    {"certified", [](const LinearMap& W) { return layers::certified_upper_bound(W); }},
    {"reshaped", layers::reshaped_norm},
    {"fantastic four", layers::fantastic_four_bound},
    {"Method 1", layers::tsuzuku_bound},
    {"gram", [](const LinearMap& W) { return layers::gram_bound(W); }},
    {"gram, zero padding",
     [](const LinearMap& W) { return layers::gram_zero_padding(layers::kernel(W), 2); }},
    {"circular", layers::circular_norm},
    {"torus", [](const LinearMap& W) { return layers::torus_supremum(W, 8); }},
    {"dense", [](const LinearMap& W) { return engine::spectral_norm(layers::toeplitz(W)); }}};

Param param(const Tensor& weight, std::vector<layers::Constraint> chain = {}) {
  engine::seed(3);
  return Param(weight, std::move(chain));
}

}  // namespace

TEST_CASE("lipschitz sizes: the norm of a multiple is the multiple of the norm") {
  for (const LinearMap& W : sized_maps())
    for (const Norm& norm : kNorms)
      for (const Size& size : kSizes) {
        CAPTURE(norm.name);
        CAPTURE(W.weight.shape());
        CAPTURE(size.factor);
        const double found = norm.of(W.with(times(W.weight, size.factor))) / size.factor;
        CHECK(found == doctest::Approx(norm.of(W)).epsilon(size.tolerance));
      }
}

TEST_CASE("lipschitz sizes: gradients of norms, and gradients that are clipped") {
  const LinearMap W = sized_maps()[1];
  const Tensor v = unit(Draw(5).uniform(W.domain()).tensor());
  const Tensor expected = layers::norm_gradient(W, v);
  for (const Size& size : kSizes) {
    CAPTURE(size.factor);
    const Tensor found = layers::norm_gradient(W.with(times(W.weight, size.factor)), v);
    CHECK(difference(found, expected) < 10 * size.tolerance);
    layers::SpectralGradientClipping clipping;
    const double s0 = clipping(times(Tensor::from({1, 2}, {3, 4}), size.factor)).s0.item();
    CHECK(s0 / size.factor == doctest::Approx(5).epsilon(size.tolerance));
  }
}

TEST_CASE("lipschitz sizes: norm and unit of any tensor") {
  const Tensor x = Tensor::from({2}, {3, -4});
  for (const Size& size : kSizes) {
    CAPTURE(size.factor);
    const Tensor large = times(x, size.factor);
    CHECK(norm(large).item() / size.factor == doctest::Approx(5).epsilon(size.tolerance));
    CHECK(difference(unit(large), unit(x)) < size.tolerance);
    const Tensor slope = engine::grad(norm(large), {large})[0];
    CHECK(difference(slope, unit(x)) < size.tolerance);
  }
  CHECK(norm(engine::zeros({0})).item() < 1e-18);
  CHECK(std::isnan(norm(Tensor::from({2}, {1, NAN})).item()));
}

TEST_CASE("lipschitz sizes: an audit, with a constraint and without") {
  for (const LinearMap& map : sized_maps())
    for (const Size& size : kSizes) {
      CAPTURE(map.weight.shape());
      CAPTURE(size.factor);
      Param plain = param(map.weight), scaled = param(times(map.weight, size.factor));
      plain.value(map);
      scaled.value(map);
      const layers::LayerAudit a = layers::audit(plain), b = layers::audit(scaled);
      CHECK(b.consistent());
      const auto near = [&](double x) { return doctest::Approx(x).epsilon(size.tolerance); };
      CHECK(b.audited / size.factor == near(a.audited));
      CHECK(b.certified / size.factor == near(a.certified));
      CHECK(b.reshaped / size.factor == near(a.reshaped));
      CHECK(b.stable_rank == near(a.stable_rank));
      CHECK(b.ratio == near(a.ratio));
      if (size.factor < 1) continue;  // constraints take norms below 1e-12 for zero
      Param huge = param(times(map.weight, size.factor), {layers::ToeplitzNorm{}});
      huge.value(map.with(huge.raw()));
      const layers::LayerAudit c = layers::audit(huge);
      CHECK(c.consistent());
      CHECK(*c.running == doctest::Approx(1).epsilon(1e-4));
      CHECK(c.audited == doctest::Approx(1).epsilon(0.02));
    }
}

TEST_CASE("lipschitz sizes: what scales a weight scales a large one alike") {
  layers::for_each_constraint([](const char* name, const auto& constraint, const char*) {
    if constexpr (requires { constraint.target.mode; }) {
      CAPTURE(name);
      for (const LinearMap& map : sized_maps()) {
        Param one = param(map.weight, {constraint});
        const Tensor expected = one.value(map);
        for (const double factor : {kDouble ? 1e160 : 1e18, kDouble ? 1e200 : 1e25}) {
          CAPTURE(factor);
          Param huge = param(times(map.weight, factor), {constraint});
          CHECK(difference(huge.value(map.with(huge.raw())), expected) < 1e-4);
        }
      }
    }
  });
}

TEST_CASE("lipschitz sizes: a weight without elements, or that is not finite, is refused by name") {
  for (const Shape& shape : {Shape{0, 3, 3, 4}, Shape{2, 3, 3, 0}, Shape{0, 3, 3, 0}}) {
    CAPTURE(shape);
    const LinearMap W = LinearMap::conv(engine::zeros(shape), {.padding = 1}, 4, 4);
    for (const Norm& norm : kNorms) {
      CAPTURE(norm.name);
      const std::string error = error_of([&] { (void)norm.of(W); });
      CHECK((error != "no error" || norm.of(W) == 0));
    }
    Param empty = param(engine::zeros(shape));
    empty.value(W);
    CHECK(error_of([&] { layers::audit(empty, "3.weight"); }).find("audit: 3.weight") == 0);
  }
  for (const double bad : {std::nan(""), kInfinity, -kInfinity})
    for (const LinearMap& map : sized_maps()) {
      Host values(map.weight);
      values.values[3] = bad;
      const LinearMap W = map.with(values.tensor());
      for (const Norm& norm : kNorms) {
        CAPTURE(norm.name);
        CHECK(error_of([&] { (void)norm.of(W); }).find("holds") != std::string::npos);
      }
      Param spoiled = param(W.weight);
      spoiled.value(W);
      CHECK(error_of([&] { layers::audit(spoiled, "3.weight"); }).find("audit: 3.weight") == 0);
    }
}
