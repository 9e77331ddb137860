// Class-conditional layers: what they compute against unconditional ones, class by class; their
// bounds; labels that are missing or do not fit.
#include <doctest/doctest.h>

#include <cmath>

#include "layers/layers.h"
#include "tests/datasets/scratch.h"
#include "tests/support/dense.h"

namespace {

using namespace engine;
using namespace layers;

constexpr double kFewSums = sizeof(Real) == 8 ? 1e-12 : 1e-5;  // rounding of sums of few numbers

Tensor row(const Tensor& table, Index i) {
  return reshape(slice(table, 0, i, i + 1), {table.dim(1)});
}

double farthest(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

TEST_CASE("ClassBatchNorm: each sample is as under batch norm with the numbers of its class") {
  seed(1);
  const Tensor x = normal({6, 3, 2, 4});
  const std::vector<Real> classes = {0, 2, 2, 1, 0, 2};
  ClassBatchNorm layer(4, 3);
  layer.gammas.assign(normal({3, 4}));
  layer.betas.assign(normal({3, 4}));
  const Labels given(Tensor::from({6}, classes));
  for (const bool evaluate : {false, true}) {
    const Eval mode(evaluate);
    const Tensor y = layer(x);
    for (Index c = 0; c < 3; ++c) {
      BatchNorm plain(4);
      plain.gamma.assign(row(layer.gammas.raw(), c));
      plain.beta.assign(row(layer.betas.raw(), c));
      plain.running_mean = layer.running_mean;
      plain.running_variance = layer.running_variance;
      const Tensor all = plain(x);
      for (Index i = 0; i < 6; ++i)
        if (classes[static_cast<std::size_t>(i)] == static_cast<Real>(c))
          CHECK(farthest(slice(y, 0, i, i + 1), slice(all, 0, i, i + 1)) < kFewSums);
    }
    if (!evaluate) CHECK(max(abs(layer.running_mean.value())).item() > 0);
  }
  const Eval evaluate;
  const std::vector<double> bounds = layer.class_bounds(x.shape());
  REQUIRE(bounds.size() == 3);
  for (Index c = 0; c < 3; ++c) {
    BatchNorm plain(4);
    plain.gamma.assign(row(layer.gammas.raw(), c));
    plain.running_variance = layer.running_variance;
    CHECK(bounds[static_cast<std::size_t>(c)] == doctest::Approx(plain.lipschitz(x.shape())));
  }
}

TEST_CASE("Projection: <psi + V_c, x> + b, and for each class the bound is what is reached") {
  seed(2);
  Sequential critic = {Linear(6, 4, SpectralNorm{50}),
                       Projection(4, 3, LinearOptions{}, SpectralNorm{50})};
  const Tensor x = normal({1, 6});
  for (int i = 0; i < 20; ++i) {  // as many steps of training: the norms settle
    for (Param* param : critic.parameters()) param->changed();
    const Labels one = Labels::all_of(0);
    critic(x);
  }
  const std::vector<double> bounds = critic.class_bounds({1, 6});
  REQUIRE(bounds.size() == 3);
  CHECK(critic.lipschitz({1, 6}) == std::ranges::max(bounds));
  const Eval evaluate;
  const std::vector<Weight> all = weights(critic);
  REQUIRE(all.size() == 3);
  CHECK(all[1].layer == "1.linear");
  CHECK(all[2].layer == "1.embedding");
  // The norm of V as a matrix is what the constraint gave: its rows are no longer than that.
  CHECK(tests::sigma(all[2].param->map().with(all[2].param->value(all[2].param->map()))) ==
        doctest::Approx(1).epsilon(1e-3));
  for (Index c = 0; c < 3; ++c) {
    CAPTURE(c);
    const Labels given = Labels::all_of(c);
    const Tensor slope = grad(sum(critic(x)), {x})[0];
    const double reached = norm(slope).item(), bound = bounds[static_cast<std::size_t>(c)];
    CHECK(reached <= bound * (1 + kFewSums));
    // By hand: |W^T (psi + V_c)| is the slope, and |psi + V_c| that of the head alone.
    const LinearMap psi = all[1].param->map(), v = all[2].param->map(), w = all[0].param->map();
    const Tensor head = all[1].param->value(psi) + slice(all[2].param->value(v), 0, c, c + 1);
    CHECK(farthest(matmul(head, all[0].param->value(w)), slope) < kFewSums);
    CHECK(bound == doctest::Approx(norm(head).item() * 1).epsilon(1e-3));  // |W| = 1
    CHECK(bound <= 2 * (1 + 1e-3));
  }
}

TEST_CASE("class_bounds: one bound for all where no module knows classes; infinity stays") {
  Sequential plain = {Linear(2, 2), Linear(2, 1)};
  CHECK(plain.class_bounds({1, 2}).size() == 1);
  Linear nothing(8, 8);
  nothing.weight.assign(zeros({8, 8}));
  Sequential attends = {Unflatten{1, 1, 8}, SelfAttention(8), Flatten{}, nothing};
  CHECK(std::isinf(attends.lipschitz({1, 8})));
  Sequential differ = {Projection(2, 3, LinearOptions{}), Projection(1, 2, LinearOptions{})};
  CHECK(says(complaint([&] { differ.lipschitz({1, 2}); }), "class_bounds", "3", "2"));
}

TEST_CASE("conditional layers: labels that are missing or do not fit are refused") {
  ClassBatchNorm norm(4, 3);
  Projection head(4, 3, LinearOptions{});
  const Tensor x = zeros({5, 4});
  CHECK(says(complaint([&] { norm(x); }), "class_batch_norm", "layers::Labels"));
  CHECK(says(complaint([&] { head(x); }), "projection", "layers::Labels"));
  {
    const Labels given(zeros({3}));
    CHECK(says(complaint([&] { norm(x); }), "class_batch_norm", "[3]", "5 samples"));
    const Labels none{Tensor()};
    CHECK(says(complaint([&] { head(x); }), "are unknown", "layers::Labels"));
  }
  const Labels beyond = Labels::all_of(3);
  CHECK(says(complaint([&] { head(x).values(); }), "gather", "3"));
}

TEST_CASE("SelfAttention: the identity at first, then what its definition says") {
  seed(3);
  SelfAttention layer(16);
  const Index n = 2, h = 2, w = 3, channels = 16, inner = 2, places = h * w;
  const Tensor x = normal({n, h, w, channels});
  CHECK(farthest(layer(x), x) == 0);
  layer.gamma.assign(full({1}, 2));
  const std::vector<Real> y = layer(x).values(), in = x.values();
  const auto through = [&](const Conv2d& conv, Index sample, Index place, Index to) {
    const std::vector<Real> weight = conv.weight.raw().values();
    double sum = 0;
    for (Index c = 0; c < channels; ++c)
      sum += double{weight[to * channels + c]} * in[(sample * places + place) * channels + c];
    return sum;
  };
  const std::vector<Real> back = layer.out.weight.raw().values();
  for (Index s = 0; s < n; ++s)
    for (Index j = 0; j < places; ++j) {
      std::vector<double> look, found(static_cast<std::size_t>(inner));
      double total = 0;
      for (Index i = 0; i < places; ++i) {
        double score = 0;
        for (Index k = 0; k < inner; ++k)
          score += through(layer.query, s, j, k) * through(layer.key, s, i, k);
        look.push_back(std::exp(score));
        total += look.back();
      }
      for (Index i = 0; i < places; ++i)
        for (Index k = 0; k < inner; ++k)
          found[k] += look[i] / total * through(layer.value, s, i, k);
      for (Index c = 0; c < channels; ++c) {
        double expected = in[(s * places + j) * channels + c];
        for (Index k = 0; k < inner; ++k) expected += 2 * double{back[c * inner + k]} * found[k];
        CHECK(y[(s * places + j) * channels + c] == doctest::Approx(expected).epsilon(1e-4));
      }
    }
  CHECK(std::isinf(SelfAttention::lipschitz(x.shape())));
  CHECK(says(complaint([] { SelfAttention few(7); }), "self_attention", "8 channels", "7"));
}

}  // namespace
