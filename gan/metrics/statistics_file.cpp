#include "gan/metrics/statistics_file.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/shape.h"
#include "gan/metrics/finite.h"

namespace gan::metrics {
namespace {

using engine::check;

// Variances are not negative, and covariances are symmetric, up to rounding of files in float32.
void check_covariance(const std::vector<double>& sigma, Index n, const std::string& path) {
  for (Index i = 0; i < n; ++i)
    check(sigma[i * n + i] >= 0, path, ": sigma is not a covariance: [", i, ", ", i, "] is ",
          sigma[i * n + i]);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < i; ++j) {
      const double a = sigma[i * n + j], b = sigma[j * n + i];
      check(std::abs(a - b) <= 1e-4 * (std::abs(sigma[i * n + i]) + std::abs(sigma[j * n + j])),
            path, ": sigma is not a covariance: [", i, ", ", j, "] is ", a, ", [", j, ", ", i,
            "] is ", b);
    }
}

void check_finite(const std::vector<double>& values, const char* what, const std::string& path) {
  check(all_finite(values), path, ": ", what, " has values that are not finite");
}

// Both must describe the same set; otherwise changing only one would go unnoticed.
void check_factor(const FeatureStatistics& statistics, const std::vector<double>& sigma,
                  const std::string& path) {
  const std::vector<double> product = statistics.covariance();
  double most = 0, apart = 0;
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    most = std::max(most, std::abs(sigma[i]));
    apart = std::max(apart, std::abs(sigma[i] - product[i]));
  }
  check(apart <= 1e-10 * most, path, ": factor does not match sigma; write the file again");
}

}  // namespace

FeatureStatistics read_statistics(const std::string& path) { return read_statistics(Npz(path)); }

FeatureStatistics read_statistics(const Npz& file) {
  const std::string& path = file.path();
  for (const char* name : {"mu", "sigma"})
    check(file.has(name), path, ": holds no array '", name,
          "'; feature statistics are arrays mu and sigma, as pytorch-fid --save-stats writes them");
  const NpyArray mu = file.array("mu"), sigma = file.array("sigma");
  const Index n = mu.size();
  check(mu.extents == std::vector<Index>{n} && sigma.extents == std::vector<Index>{n, n} && n > 0,
        path, ": mu is ", engine::Shape(mu.extents), " and sigma ", engine::Shape(sigma.extents),
        "; expected [n] and [n, n]");
  const std::vector<double> mean = mu.doubles(path), covariance = sigma.doubles(path);
  for (const auto* values : {&mean, &covariance}) check_finite(*values, "mu or sigma", path);
  check_covariance(covariance, n, path);
  if (!file.has("factor")) return statistics_of(mean, covariance);

  const NpyArray factor = file.array("factor");
  check(factor.extents.size() == 2 && factor.extents[0] <= n && factor.extents[1] == n, path,
        ": factor is ", engine::Shape(factor.extents), "; expected [r, n] with n = ", n);
  FeatureStatistics statistics{mean, factor.doubles(path)};
  check_finite(statistics.factor, "factor", path);
  check_factor(statistics, covariance, path);
  return statistics;
}

void write_statistics(const std::string& path, const FeatureStatistics& statistics) {
  const Index n = statistics.size();
  engine::write_file(
      path, write_npz({{"mu", NpyArray::from({n}, statistics.mean)},
                       {"sigma", NpyArray::from({n, n}, statistics.covariance())},
                       {"factor", NpyArray::from({statistics.rank(), n}, statistics.factor)}}));
}

}  // namespace gan::metrics
