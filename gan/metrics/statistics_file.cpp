#include "gan/metrics/statistics_file.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/shape.h"

namespace gan::metrics {
namespace {

using engine::check;

// No variance is negative, and covariances are symmetric, up to the rounding of those who wrote
// them in float32.
void check_covariance(const std::vector<double>& sigma, Index n, const std::string& path) {
  for (Index i = 0; i < n; ++i)
    check(sigma[i * n + i] >= 0, path, ": sigma is no covariance: [", i, ", ", i, "] is ",
          sigma[i * n + i]);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < i; ++j) {
      const double a = sigma[i * n + j], b = sigma[j * n + i];
      check(std::abs(a - b) <= 1e-4 * (std::abs(sigma[i * n + i]) + std::abs(sigma[j * n + j])),
            path, ": sigma is no covariance: [", i, ", ", j, "] is ", a, ", [", j, ", ", i, "] is ",
            b);
    }
}

}  // namespace

FeatureStatistics read_statistics(const std::string& path) { return read_statistics(Npz(path)); }

FeatureStatistics read_statistics(const Npz& file) {
  const std::string& path = file.path();
  for (const char* name : {"mu", "sigma"})
    check(file.has(name), path, ": holds no array '", name,
          "'; feature statistics are mu and sigma, as pytorch-fid --save-stats writes them");
  const NpyArray mu = file.array("mu"), sigma = file.array("sigma");
  const Index n = mu.size();
  check(mu.extents == std::vector<Index>{n} && sigma.extents == std::vector<Index>{n, n} && n > 0,
        path, ": mu is ", engine::Shape(mu.extents), " and sigma ", engine::Shape(sigma.extents),
        "; [n] and [n, n] are needed");
  FeatureStatistics statistics{mu.doubles(), sigma.doubles()};
  for (const auto* values : {&statistics.mean, &statistics.covariance})
    check(std::ranges::all_of(*values, [](double x) { return std::isfinite(x); }), path,
          ": mu or sigma has values that are not finite");
  check_covariance(statistics.covariance, n, path);
  return statistics;
}

void write_statistics(const std::string& path, const FeatureStatistics& statistics) {
  const Index n = statistics.size();
  engine::write_file(path, write_npz({{"mu", NpyArray::from({n}, statistics.mean)},
                                      {"sigma", NpyArray::from({n, n}, statistics.covariance)}}));
}

}  // namespace gan::metrics
