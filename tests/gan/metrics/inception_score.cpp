// The Inception Score and the order of its rows, against numpy's and torch-fidelity's numbers and
// against cases whose answer is known.
#include "gan/metrics/inception_score.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/check.h"
#include "gan/metrics/random_order.h"
#include "tests/gan/metrics/golden.h"

namespace {

using namespace gan::metrics;
using Order = std::vector<Index>;

// from numpy.random import RandomState; s = RandomState(2020)
// s.permutation(12); s = RandomState(2020); s.choice(10, 4, False), s.choice(7, 4, False)
TEST_CASE("random order: NumPy's RandomState, element by element") {
  CHECK(RandomOrder(2020).permutation(12) == Order{2, 1, 11, 4, 10, 5, 7, 9, 6, 3, 8, 0});
  RandomOrder alternating(2020);
  CHECK(alternating.subset(10, 4) == Order{2, 4, 9, 1});
  CHECK(alternating.subset(7, 4) == Order{4, 3, 1, 2});

  const Order large = RandomOrder(2020).permutation(50'000);
  CHECK(Order(large.begin(), large.begin() + 5) == Order{24397, 39273, 6546, 13504, 49765});
  CHECK(Order(large.end() - 5, large.end()) == Order{18523, 44739, 47734, 40259, 41824});
  CHECK(RandomOrder(1).permutation(1) == Order{0});
  CHECK(RandomOrder(1).permutation(0).empty());
  CHECK_THROWS_WITH_AS(RandomOrder(1).subset(3, 4), "subset: 4 of 3 elements", engine::Error);
}

// torch_fidelity.metric_isc.isc_features_to_metric(x, splits, shuffle, 2020), 0.4.0, in double.
TEST_CASE("inception score: torch-fidelity's numbers") {
  struct Example {
    Index splits;
    bool shuffle;
    double mean, deviation;
  };
  const Example examples[] = {{1, true, 2.524181465030476, 0},
                              {10, true, 2.1021526534120234, 0.2036444528671211},
                              {1, false, 2.524181465030476, 0},
                              {10, false, 2.0213747317642103, 0.212017399033644}};
  for (const Example& example : examples) {
    CAPTURE(example.splits);
    InceptionScoreOptions options{.splits = example.splits};
    if (!example.shuffle) options.shuffle.reset();
    const Estimate score = inception_score(golden_features(53, 17, 31), options);
    // Both sum 53 rows of 17 numbers in double, in different orders.
    CHECK(std::abs(score.mean - example.mean) < 1e-13);
    CHECK(std::abs(score.deviation - example.deviation) < 1e-13);
  }
}

TEST_CASE("inception score: the cases whose answer is known") {
  // Sure of the class, which is another each time: as many as there are classes, even where other
  // probabilities vanish in double.
  Features sure{5};
  for (int i = 0; i < 20; ++i)
    for (int k = 0; k < 5; ++k) sure.values.push_back(k == i % 5 ? 1000.F : -1000.F);
  CHECK(inception_score(sure, {.splits = 1}).mean == doctest::Approx(5).epsilon(1e-14));
  // Sorted by class, each split sees one only; a shuffle mends that.
  Features sorted{2};
  for (int i = 0; i < 40; ++i)
    for (int k = 0; k < 2; ++k) sorted.values.push_back(k == i / 20 ? 50.F : 0.F);
  CHECK(inception_score(sorted, {.splits = 2, .shuffle = {}}).mean == doctest::Approx(1));
  CHECK(inception_score(sorted, {.splits = 2}).mean > 1.9);
  // The same about every image: 1, whatever it is.
  Features same{3};
  for (int i = 0; i < 12; ++i)
    for (float x : {1.F, -2.F, 0.5F}) same.values.push_back(x);
  CHECK(inception_score(same).mean == doctest::Approx(1).epsilon(1e-14));
}

TEST_CASE("inception score: too few images, and numbers that are none") {
  CHECK_THROWS_WITH_AS(inception_score(golden_features(9, 4, 1)),
                       "inception score: 9 images are fewer than the 10 splits; use more images "
                       "or fewer splits",
                       engine::Error);
  CHECK_THROWS_AS(inception_score(golden_features(9, 4, 1), {.splits = 0}), engine::Error);
  Features bad = golden_features(12, 4, 1);
  bad.values[7 * 4 + 2] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(inception_score(bad),
                       "inception score: the logits of image 7 are not finite", engine::Error);
}

}  // namespace
