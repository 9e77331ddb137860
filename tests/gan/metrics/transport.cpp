// Exact transport against closed forms, every plan of a few points, and POT.
#include "gan/metrics/transport.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "engine/engine.h"
#include "tests/datasets/scratch.h"
#include "tests/gan/metrics/golden.h"

namespace {

using engine::Index;
using engine::Real;
using engine::Tensor;
using gan::metrics::exact_distance;
using gan::metrics::exact_distance_on_line;

double apart(const std::vector<Real>& a, const std::vector<Real>& b, Index i, Index j,
             Index dimension) {
  double sum = 0;
  for (Index d = 0; d < dimension; ++d)
    sum += std::pow(double{a[i * dimension + d]} - double{b[j * dimension + d]}, 2);
  return std::sqrt(sum);
}

// The least of all n! plans.
double by_all_plans(const Tensor& x, const Tensor& y) {
  const std::vector<Real> a = x.values(), b = y.values();
  std::vector<Index> plan(x.dim(0));
  std::iota(plan.begin(), plan.end(), 0);
  double least = INFINITY;
  do {
    double total = 0;
    for (Index i = 0; i < x.dim(0); ++i) total += apart(a, b, i, plan[i], x.dim(1));
    least = std::min(least, total / static_cast<double>(x.dim(0)));
  } while (std::next_permutation(plan.begin(), plan.end()));
  return least;
}

Tensor golden(Index rows, Index columns, Index salt) {
  const std::vector<float> values = golden_features(rows, columns, salt).values;
  return Tensor::from({rows, columns}, {values.begin(), values.end()});
}

TEST_CASE("transport: the least of all plans, in one to five dimensions") {
  engine::seed(3);
  for (const Index n : {1, 2, 5, 7})
    for (const Index dimension : {1, 2, 5}) {
      CAPTURE(n);
      CAPTURE(dimension);
      const Tensor a = engine::normal({n, dimension}), b = engine::uniform({n, dimension}, -1, 3);
      CHECK(exact_distance(a, b) == doctest::Approx(by_all_plans(a, b)).epsilon(1e-12));
    }
}

TEST_CASE("transport: on a line the plan that keeps the order") {
  engine::seed(4);
  const Tensor a = engine::normal({300, 1}), b = engine::normal({300, 1}, 2, 3);
  CHECK(exact_distance(a, b) == doctest::Approx(exact_distance_on_line(a, b)).epsilon(1e-12));
  const Tensor p = Tensor::from({3, 1}, {5, 1, 3}), q = Tensor::from({3, 1}, {2, 7, 2});
  CHECK(exact_distance_on_line(p, q) == doctest::Approx((1 + 1 + 2) / 3.0).epsilon(1e-12));
}

TEST_CASE("transport: a shift costs its length, a set is at no distance from itself reordered") {
  engine::seed(5);
  const Tensor a = engine::normal({64, 3});
  CHECK(exact_distance(a, a + Tensor::from({1, 3}, {3, 0, 4})) ==
        doctest::Approx(5).epsilon(1e-6));  // a is rounded once more
  CHECK(exact_distance(a, flip(a, 0)) == 0);
}

TEST_CASE("transport: as POT 0.9 (ot.emd2) finds it") {
  const Tensor a = golden(200, 7, 31), b = golden(200, 7, 5) * Real(0.5) + Real(0.25);
  CHECK(exact_distance(a, b) == doctest::Approx(3.747109093838975).epsilon(1e-12));
}

TEST_CASE("transport: rows are counted as they are done") {
  std::vector<Index> heard;
  exact_distance(golden(4, 2, 3), golden(4, 2, 5), [&](Index done) { heard.push_back(done); });
  CHECK(heard == std::vector<Index>{0, 1, 2, 3});
}

TEST_CASE("transport: sets that do not fit") {
  const Tensor a = engine::zeros({3, 2});
  const auto refused = [&](const Tensor& b) { return complaint([&] { exact_distance(a, b); }); };
  CHECK(says(refused(engine::zeros({4, 2})), "sets of 3 and 4 points"));
  CHECK(says(refused(engine::zeros({3, 5})), "points of 2 and of 5 dimensions"));
  CHECK(says(refused(engine::zeros({6})), "must be [points, dimension]"));
  CHECK(says(refused(Tensor::from({3, 2}, {0, 1, 2, NAN, 4, 5})), "not finite"));
  CHECK(says(refused(Tensor::from({3, 2}, {0, 1, 2, INFINITY, 4, 5})), "not finite"));
  const Tensor many = engine::zeros({gan::metrics::kMostTransported + 1, 1});
  CHECK(says(complaint([&] { exact_distance(many, many); }), "at most 8192"));
  CHECK(says(complaint([&] { exact_distance_on_line(a, a); }), "dimension 1, got 2"));
}

}  // namespace
