#include "gan/metrics/frechet_distance.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/linalg.h"

namespace gan::metrics {
namespace {

double trace(const std::vector<double>& matrix, Index n) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += matrix[i * n + i];
  return sum;
}

// tr (a b)^(1/2) of symmetric, positive semidefinite matrices.
double trace_of_root(Index n, const std::vector<double>& a, const std::vector<double>& b) {
  engine::SymmetricEigen eigen = engine::symmetric_eigen(n, a);
  std::vector<double>& roots = eigen.vectors;  // A^T: row i becomes its vector times its root
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < n; ++k) roots[i * n + k] *= std::sqrt(std::max(eigen.values[i], 0.0));
  std::vector<double> half(a.size()), product(a.size());
  engine::multiply_transposed(n, n, n, roots.data(), b.data(), half.data());
  engine::multiply_transposed(n, n, n, half.data(), roots.data(), product.data());
  double sum = 0;
  for (const double x : engine::symmetric_eigen(n, std::move(product), false).values)
    sum += std::sqrt(std::max(x, 0.0));
  return sum;
}

}  // namespace

FeatureStatistics statistics_of(const Features& features) {
  const Index rows = features.rows(), n = features.columns;
  engine::check(rows >= 2, "statistics: ", rows, " images; a covariance needs 2 at least");
  const auto bad = std::ranges::find_if(features.values, [](float x) { return !std::isfinite(x); });
  engine::check(bad == features.values.end(), "statistics: the features of image ",
                (bad - features.values.begin()) / std::max<Index>(n, 1), " are not finite");
  FeatureStatistics result{std::vector<double>(n), std::vector<double>(n * n)};
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < n; ++k) result.mean[k] += features.row(i)[k];
  for (double& x : result.mean) x /= static_cast<double>(rows);

  constexpr Index block = 1024;  // rows made double, and centred, at a time
  std::vector<double> centred;
  for (Index begin = 0; begin < rows; begin += block) {
    const Index end = std::min(rows, begin + block);
    centred.clear();
    for (Index i = begin; i < end; ++i)
      for (Index k = 0; k < n; ++k) centred.push_back(features.row(i)[k] - result.mean[k]);
    engine::add_gram(end - begin, n, centred.data(), result.covariance.data());
  }
  for (double& x : result.covariance) x /= static_cast<double>(rows - 1);
  return result;
}

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b) {
  const Index n = a.size();
  engine::check(n == b.size(), "frechet distance: statistics of ", n, " features against ",
                b.size(), "; both must come from one network");
  double apart = 0;
  for (Index k = 0; k < n; ++k) apart += (a.mean[k] - b.mean[k]) * (a.mean[k] - b.mean[k]);
  return apart + trace(a.covariance, n) + trace(b.covariance, n) -
         2 * trace_of_root(n, a.covariance, b.covariance);
}

}  // namespace gan::metrics
