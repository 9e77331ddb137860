#include "gan/metrics/frechet_distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/check.h"
#include "engine/linalg.h"

namespace gan::metrics {
namespace {

double squares(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return sum;
}

}  // namespace

std::vector<double> FeatureStatistics::covariance() const {
  std::vector<double> result(size() * size());
  engine::add_gram(rank(), size(), factor.data(), result.data());
  return result;
}

FeatureStatistics statistics_of(const Features& features) {
  return statistics_of(features, all_rows(features));
}

FeatureStatistics statistics_of(const Features& features, Rows rows) {
  const Index count = static_cast<Index>(rows.size()), n = features.columns;
  engine::check(count >= 2, "statistics: ", count, " images; a covariance needs at least 2");
  const Index bad = features.first_not_finite();
  engine::check(bad < 0, "statistics: the features of image ", bad, " are not finite");
  FeatureStatistics result{std::vector<double>(n), {}};
  for (const Index i : rows)
    for (Index k = 0; k < n; ++k) result.mean[k] += features.at(i, k);
  for (double& x : result.mean) x /= static_cast<double>(count);

  const Index block = std::max<Index>(3 * n, 1024);  // rows that join the triangle at a time
  const double root = std::sqrt(static_cast<double>(count - 1));
  for (Index begin = 0; begin < count; begin += block) {
    for (Index i = begin; i < std::min(count, begin + block); ++i)
      for (Index k = 0; k < n; ++k)
        result.factor.push_back((features.at(rows[i], k) - result.mean[k]) / root);
    if (result.rank() > n) engine::to_triangle(n, result.factor);
  }
  result.factor.shrink_to_fit();
  return result;
}

FeatureStatistics statistics_of(std::vector<double> mean, std::vector<double> covariance) {
  const auto n = static_cast<Index>(mean.size());
  engine::SymmetricEigen eigen = engine::symmetric_eigen(n, std::move(covariance));
  const double least = static_cast<double>(n) * std::numeric_limits<double>::epsilon() *
                       std::max(eigen.values.empty() ? 0.0 : eigen.values.back(), 0.0);
  FeatureStatistics result{std::move(mean), {}};
  for (Index i = 0; i < n; ++i)
    if (eigen.values[i] > least)
      for (Index k = 0; k < n; ++k)
        result.factor.push_back(eigen.vectors[i * n + k] * std::sqrt(eigen.values[i]));
  return result;
}

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b) {
  const Index n = a.size();
  engine::check(n == b.size(), "frechet distance: statistics of ", n, " features against ",
                b.size(), "; both must come from one network");
  double apart = 0;
  for (Index k = 0; k < n; ++k) apart += (a.mean[k] - b.mean[k]) * (a.mean[k] - b.mean[k]);
  std::vector<double> product(a.rank() * b.rank());
  engine::multiply_transposed(a.rank(), b.rank(), n, a.factor.data(), b.factor.data(),
                              product.data());
  double shared = 0;  // tr (S1 S2)^(1/2)
  for (const double s : engine::svd(a.rank(), b.rank(), std::move(product), false).s) shared += s;
  return apart + std::max(squares(a.factor) + squares(b.factor) - 2 * shared, 0.0);
}

}  // namespace gan::metrics
