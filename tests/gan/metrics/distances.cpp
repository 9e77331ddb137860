// FID and its line, KID, precision, recall, density, coverage and their confidence against the
// numbers of torch-fidelity, prdc, numpy and mpmath, and against cases whose answer is known.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/check.h"
#include "gan/metrics/bootstrap.h"
#include "gan/metrics/density_coverage.h"
#include "gan/metrics/frechet_line.h"
#include "gan/metrics/kernel_distance.h"
#include "gan/metrics/precision_recall.h"
#include "gan/metrics/random_order.h"
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
// fid_statistics_to_metric, which takes the eigenvalues of the product: good for 1e-11 here. The
// digits after that are mpmath's (60 digits; the nuclear norm of X Y^T, no covariance).
TEST_CASE("frechet distance: torch-fidelity's numbers, and more of their digits") {
  const FeatureStatistics a = statistics_of(first()), b = statistics_of(second());
  CHECK(std::abs(a.mean[2] - 0.15598958) < 1e-8);  // as printed
  const std::vector<double> covariance = a.covariance();
  CHECK(std::abs(covariance[0] - 5.265377171358068) < 1e-13);
  CHECK(std::abs(covariance[1] + 1.296481372771341) < 1e-13);
  CHECK(std::abs(covariance[24] + 1.296481372771341) < 1e-13);
  CHECK(std::abs(frechet_distance(a, b) - 44.41285373817338508934) < 1e-12);
}

// By mpmath, as above.
TEST_CASE("frechet distance: fewer images than features, and features of every size") {
  const FeatureStatistics a = statistics_of(golden_features(10, 24, 31)),
                          b = statistics_of(golden_features(12, 24, 5));
  CHECK(std::abs(frechet_distance(a, b) / 142.5836984887629490177 - 1) < 1e-13);
  // Columns that shrink to 2^-69 of the first: their covariance is 1e-42 of the largest.
  const auto shrinking = [](Index rows, Index salt) {
    Features features = golden_features(rows, 24, salt);
    for (Index i = 0; i < rows * 24; ++i)
      features.values[i] = std::ldexp(features.values[i], -3 * static_cast<int>(i % 24));
    return statistics_of(features);
  };
  CHECK(std::abs(frechet_distance(shrinking(40, 31), shrinking(30, 5)) / 0.04810566103418932427 -
                 1) < 1e-12);
  // From covariances, as files of other programs have them: singular here, so that rounding leaves
  // some 1e-16 where an eigenvalue is 0. Those count as 0.
  const auto from_covariance = [](const FeatureStatistics& from) {
    return statistics_of(from.mean, from.covariance());
  };
  CHECK(from_covariance(a).rank() == 9);
  CHECK(
      std::abs(frechet_distance(from_covariance(a), from_covariance(b)) / 142.5836984887629490177 -
               1) < 1e-12);
}

TEST_CASE("frechet distance: of a set to itself, moved and stretched") {
  // Never below 0, for rounding may leave a few 1e-15 on either side.
  for (const Index rows : {2, 3, 10, 24, 25, 90, 5000})
    for (const Index salt : {5, 17, 31}) {
      const FeatureStatistics a = statistics_of(golden_features(rows, 24, salt));
      const double same = frechet_distance(a, a);
      CHECK(same >= 0);
      CHECK(same < 1e-12);
      const double written = frechet_distance(a, statistics_of(a.mean, a.covariance()));
      CHECK(written >= 0);
      CHECK(written < 1e-10);
    }
  const FeatureStatistics a = statistics_of(first());
  FeatureStatistics moved = a;
  moved.mean[3] += 2;
  CHECK(frechet_distance(a, moved) == doctest::Approx(4).epsilon(1e-10));
  // sqrt(S 4S) = 2S: tr S + 4 tr S - 4 tr S.
  FeatureStatistics stretched = a;
  double trace = 0;
  for (double& x : stretched.factor) x *= 2;
  for (Index i = 0; i < a.size(); ++i) trace += a.covariance()[i * a.size() + i];
  CHECK(frechet_distance(a, stretched) == doctest::Approx(trace).epsilon(1e-12));
  // All images the same.
  Features constant{3};
  for (int i = 0; i < 12; ++i) constant.values.push_back(static_cast<float>(i % 3));
  CHECK(frechet_distance(statistics_of(constant), statistics_of(constant)) == 0);
}

// The same rows as float64 are other rows where float32 does not hold their digits.
TEST_CASE("features: float64 keeps its digits") {
  Features exact{24};
  for (const float x : second().values) exact.exact.push_back(x + 1e-10);
  CHECK(exact.rows() == 70);
  const double moved = frechet_distance(statistics_of(exact), statistics_of(second()));
  CHECK(moved == doctest::Approx(24e-20).epsilon(1e-5));
  const std::vector<Index> some{3, 3, 69};
  CHECK(exact.chosen(some).rows() == 3);
  CHECK(exact.chosen(some).at(2, 5) == exact.at(69, 5));
  CHECK(kernel_distance(exact, second(), {.subsets = 2, .size = 40}).mean !=
        kernel_distance(second(), second(), {.subsets = 2, .size = 40}).mean);
}

// numpy: FID as above of RandomState(2020).permutation(90)[:N] for N = 9, 14, ..., 90; polyfit over
// 1 / N; corrcoef squared.
TEST_CASE("frechet line: numpy's numbers") {
  const FrechetLine line = frechet_line(first(), statistics_of(second()));
  REQUIRE(line.points.size() == 15);
  CHECK(line.points[0].images == 9);
  CHECK(std::abs(line.points[0].distance - 101.93360196173519) < 1e-11);
  CHECK(line.points[1].images == 14);
  CHECK(std::abs(line.points[1].distance - 81.90723752854421) < 1e-11);
  CHECK(line.points[14].images == 90);
  CHECK(std::abs(line.points[14].distance - 44.41285373817338) < 1e-11);
  CHECK(std::abs(line.at_infinity - 37.06692616994286) < 1e-10);
  CHECK(std::abs(line.slope - 595.5057848461016) < 1e-9);
  CHECK(std::abs(line.fit - 0.9915259258698222) < 1e-12);
}

// numpy: 20 resamples by RandomState(2020 + i).randint(90, size=90) and randint(70, size=70), FID
// of each as above; the 5 % and 95 % quantiles less the mean; std with ddof=1.
TEST_CASE("bootstrap: numpy's numbers") {
  const Features a = first(), b = second();
  const double score = frechet_distance(statistics_of(a), statistics_of(b));
  const auto found =
      bootstrap({.resamples = 20, .level = 0.9}, {a.rows(), b.rows()}, {score},
                [&](const Resampled& rows) -> std::vector<double> {
                  return {frechet_distance(statistics_of(a, rows[0]), statistics_of(b, rows[1]))};
                });
  REQUIRE(found.size() == 1);
  CHECK(std::abs(found[0].low - 41.44165057060856) < 1e-10);
  CHECK(std::abs(found[0].high - 47.31294376669541) < 1e-10);
  CHECK(std::abs(found[0].deviation - 2.0669111609867334) < 1e-10);
  const auto fails = [](const Resampled& rows) -> std::vector<double> {
    engine::fail("bad ", rows[0].size());
  };
  CHECK_THROWS_WITH_AS(bootstrap({.resamples = 3}, {5}, {1}, fails), "bad 5", engine::Error);
}

// torch_fidelity.metric_kid 0.4.0: kid_features_to_metric(a, b, kid_subsets=10,
// kid_subset_size=40, rng_seed=2020), in double; then kid_kernel_poly_degree=2,
// kid_kernel_poly_gamma=0.05, kid_kernel_poly_coef0=0.5, rng_seed=7; then kid_kernel="rbf", and
// with it kid_kernel_rbf_sigma=3, rng_seed=7.
TEST_CASE("kernel distance: torch-fidelity's numbers") {
  const Estimate kid = kernel_distance(first(), second(), {.subsets = 10, .size = 40});
  CHECK(std::abs(kid.mean - 1.9695877443049707) < 1e-12);
  CHECK(std::abs(kid.deviation - 0.35432711259607025) < 1e-12);
  const Estimate other = kernel_distance(
      first(), second(),
      {.subsets = 10, .size = 40, .degree = 2, .gamma = 0.05, .coef0 = 0.5, .seed = 7});
  CHECK(std::abs(other.mean - 0.9860435227974154) < 1e-12);
  CHECK(std::abs(other.deviation - 0.10215633283953209) < 1e-12);
  const Estimate rbf =
      kernel_distance(first(), second(), {.subsets = 10, .size = 40, .kernel = Kernel::gaussian});
  CHECK(std::abs(rbf.mean - 0.11839447913952106) < 1e-12);
  CHECK(std::abs(rbf.deviation - 0.006676125508166395) < 1e-12);
  const Estimate narrow = kernel_distance(
      first(), second(),
      {.subsets = 10, .size = 40, .kernel = Kernel::gaussian, .sigma = 3, .seed = 7});
  CHECK(std::abs(narrow.mean - 0.04063130903068521) < 1e-12);
  CHECK(std::abs(narrow.deviation - 0.004772023025460001) < 1e-12);
}

TEST_CASE("kernel distance: a degree of any size is a power") {
  const Features a{1, {}, {1, 2, 3}}, b{1, {}, {1, 1.5, 2}};
  const auto distance = [&](Index degree) {  // of whole sets
    return kernel_distance(a, b,
                           {.subsets = 1, .size = 3, .degree = degree, .gamma = 0.1, .coef0 = 0})
        .mean;
  };
  for (const Index degree : {8, 9}) {
    const auto k = [&](double x, double y) { return std::pow(0.1 * x * y, degree); };
    double within = 0, across = 0;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) {
        if (i != j) within += k(a.at(i, 0), a.at(j, 0)) + k(b.at(i, 0), b.at(j, 0));
        across += k(a.at(i, 0), b.at(j, 0));
      }
    CHECK(distance(degree) == doctest::Approx(within / 6 - 2 * across / 9).epsilon(1e-12));
  }
  CHECK(std::isfinite(distance(Index{1} << 31)));
}

// numpy: rows RandomState(2020).randint(90, size=90) and randint(70, size=70), subsets as above,
// and means over the pairs of different images.
TEST_CASE("kernel distance: rows that come several times are no pair with themselves") {
  RandomOrder random(2020);
  const std::vector<Index> a = random.draws(90, 90), b = random.draws(70, 70);
  const Estimate kid = kernel_distance(first(), a, second(), b, {.subsets = 10, .size = 40});
  CHECK(std::abs(kid.mean - 2.3474343719545687) < 1e-12);
  CHECK(std::abs(kid.deviation - 0.701625902589443) < 1e-12);
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

// prdc 0.2: compute_prdc(real, generated, k).
TEST_CASE("density and coverage: prdc's numbers") {
  const auto check = [](const Features& generated, const Features& real, Index k, double density,
                        double coverage) {
    const DensityCoverage found = density_coverage(generated, real, k);
    CHECK(estimate(found.density).mean == doctest::Approx(density).epsilon(1e-14));
    CHECK(estimate(found.coverage).mean == doctest::Approx(coverage).epsilon(1e-14));
  };
  const Features real = golden_features(70, 24, 17);
  check(first(), real, 3, 1.2407407407407407, 0.9285714285714286);
  check(first(), real, 5, 1.1666666666666667, 1);
  check(first(), second(), 5, 0.13999999999999999, 0.8428571428571429);
  check(golden_features(90, 6, 31), golden_features(70, 6, 17), 2, 1.0555555555555556, 0.8);
  check(first(), first(), 5, 1, 1);
}

// Far from the origin x.x + y.y - 2 x.y has no digit left; the neighborhoods are the same.
TEST_CASE("neighborhoods: do not depend on where the origin lies") {
  const auto moved = [](Features features) {
    for (float& x : features.values) x += 32768;  // exact in float32: these are multiples of 1/128
    return features;
  };
  const Features a = first(), b = golden_features(70, 24, 17);
  const DensityCoverage here = density_coverage(a, b), there = density_coverage(moved(a), moved(b));
  CHECK(here.density == there.density);
  CHECK(here.coverage == there.coverage);
}

TEST_CASE("distances: what cannot be compared") {
  const Features narrow = golden_features(90, 23, 1), one = golden_features(1, 24, 1);
  CHECK_THROWS_WITH_AS(frechet_distance(statistics_of(first()), statistics_of(narrow)),
                       "frechet distance: statistics of 24 features against 23; both must come "
                       "from one network",
                       engine::Error);
  CHECK_THROWS_WITH_AS(statistics_of(one), "statistics: 1 images; a covariance needs at least 2",
                       engine::Error);
  CHECK_THROWS_WITH_AS(kernel_distance(first(), second()),
                       "kernel distance: 90 images are fewer than a subset of 1000; use more "
                       "images or a smaller subset",
                       engine::Error);
  CHECK_THROWS_AS(kernel_distance(first(), narrow, {.size = 10}), engine::Error);
  CHECK_THROWS_WITH_AS(kernel_distance(first(), second(), {.size = 10, .sigma = 0}),
                       doctest::Contains("sigma 0"), engine::Error);
  CHECK_THROWS_AS(precision_recall(first(), narrow), engine::Error);
  CHECK_THROWS_AS(precision_recall(golden_features(3, 24, 1), first()), engine::Error);
  Features bad = first();
  bad.values[24 * 5] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(kernel_distance(bad, second(), {.size = 10}), engine::Error);
  CHECK_THROWS_AS(density_coverage(bad, second()), engine::Error);
  CHECK_THROWS_AS(density_coverage(first(), narrow), engine::Error);
  CHECK_THROWS_AS(frechet_line(golden_features(2, 24, 1), statistics_of(second())), engine::Error);
  CHECK_THROWS_WITH_AS(statistics_of(bad), "statistics: the features of image 5 are not finite",
                       engine::Error);
}

}  // namespace
