// FID, KID, precision and recall against torch-fidelity's numbers, and against cases whose answer
// is known.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/check.h"
#include "gan/metrics/frechet_distance.h"
#include "gan/metrics/kernel_distance.h"
#include "gan/metrics/precision_recall.h"
#include "tests/gan/metrics/golden.h"

namespace {

using namespace gan::metrics;

// a, b = g(90, 24, 31), g(70, 24, 5) * 0.5 + 0.25, with g of golden.h
Features first() { return golden_features(90, 24, 31); }
Features second() {
  Features b = golden_features(70, 24, 5);
  for (float& x : b.values) x = 0.5F * x + 0.25F;
  return b;
}

// torch_fidelity.metric_fid 0.4.0: fid_features_to_statistics of both (numpy's mean and cov), then
// fid_statistics_to_metric, which takes the eigenvalues of the product.
TEST_CASE("frechet distance: torch-fidelity's numbers") {
  const FeatureStatistics a = statistics_of(first()), b = statistics_of(second());
  CHECK(std::abs(a.mean[2] - 0.15598958) < 1e-8);  // as printed
  CHECK(std::abs(a.covariance[0] - 5.265377171358068) < 1e-13);
  CHECK(std::abs(a.covariance[1] + 1.296481372771341) < 1e-13);
  CHECK(std::abs(a.covariance[24] + 1.296481372771341) < 1e-13);
  CHECK(std::abs(frechet_distance(a, b) - 44.412853738173396) < 1e-11);
  // Ten images of 24 features: singular matrices, whose zero eigenvalues come out as some 1e-16
  // of the largest, with roots of 1e-8 each.
  const double poor = frechet_distance(statistics_of(golden_features(10, 24, 31)),
                                       statistics_of(golden_features(12, 24, 5)));
  CHECK(std::abs(poor - 142.5836967644052) < 1e-5);
}

TEST_CASE("frechet distance: of a set to itself, moved and stretched") {
  const FeatureStatistics a = statistics_of(first());
  CHECK(std::abs(frechet_distance(a, a)) < 1e-10);
  FeatureStatistics moved = a;
  moved.mean[3] += 2;
  CHECK(frechet_distance(a, moved) == doctest::Approx(4).epsilon(1e-10));
  // sqrt(S 4S) = 2S: tr S + 4 tr S - 4 tr S.
  FeatureStatistics stretched = a;
  double trace = 0;
  for (double& x : stretched.covariance) x *= 4;
  for (Index i = 0; i < a.size(); ++i) trace += a.covariance[i * a.size() + i];
  CHECK(frechet_distance(a, stretched) == doctest::Approx(trace).epsilon(1e-12));
}

// torch_fidelity.metric_kid 0.4.0: kid_features_to_metric(a, b, kid_subsets=10,
// kid_subset_size=40, rng_seed=2020), in double.
TEST_CASE("kernel distance: torch-fidelity's numbers") {
  const Estimate kid = kernel_distance(first(), second(), {.subsets = 10, .size = 40});
  CHECK(std::abs(kid.mean - 1.9695877443049707) < 1e-12);
  CHECK(std::abs(kid.deviation - 0.35432711259607025) < 1e-12);
}

// torch_fidelity.metric_prc 0.4.0: calculate_precision_recall_full(generated, real, k).
TEST_CASE("precision and recall: torch-fidelity's numbers") {
  const auto check = [](const Features& generated, const Features& real, Index k, double images,
                        double among, double others, double covered) {
    const PrecisionRecall found = precision_recall(generated, real, k);
    CHECK(found.precision == doctest::Approx(among / images).epsilon(1e-15));
    CHECK(found.recall == doctest::Approx(covered / others).epsilon(1e-15));
  };
  check(first(), second(), 3, 90, 4, 70, 70);                      // .0444, 1
  check(first(), golden_features(70, 24, 17), 3, 90, 88, 70, 60);  // .9778, .8571
  check(golden_features(90, 6, 31), golden_features(70, 6, 17), 2, 90, 86, 70, 62);
  CHECK(PrecisionRecall{0.5, 1}.f_score() == doctest::Approx(2.0 / 3));
  CHECK(PrecisionRecall{0, 0}.f_score() == 0);
}

TEST_CASE("precision and recall: of a set to itself, and far away") {
  const PrecisionRecall same = precision_recall(first(), first());
  CHECK(same.precision == 1);
  CHECK(same.recall == 1);
  Features far = first();
  for (float& x : far.values) x += 100;
  CHECK(precision_recall(first(), far).f_score() == 0);
}

TEST_CASE("distances: what cannot be compared") {
  const Features narrow = golden_features(90, 23, 1), one = golden_features(1, 24, 1);
  CHECK_THROWS_WITH_AS(frechet_distance(statistics_of(first()), statistics_of(narrow)),
                       "frechet distance: statistics of 24 features against 23; both must come "
                       "from one network",
                       engine::Error);
  CHECK_THROWS_WITH_AS(statistics_of(one), "statistics: 1 images; a covariance needs 2 at least",
                       engine::Error);
  CHECK_THROWS_WITH_AS(kernel_distance(first(), second()),
                       "kernel distance: 90 images are fewer than a subset of 1000; give more "
                       "images or a smaller subset",
                       engine::Error);
  CHECK_THROWS_AS(kernel_distance(first(), narrow, {.size = 10}), engine::Error);
  CHECK_THROWS_AS(precision_recall(first(), narrow), engine::Error);
  CHECK_THROWS_AS(precision_recall(golden_features(3, 24, 1), first()), engine::Error);
  Features bad = first();
  bad.values[24 * 5] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH_AS(statistics_of(bad), "statistics: the features of image 5 are not finite",
                       engine::Error);
}

}  // namespace
