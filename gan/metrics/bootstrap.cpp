#include "gan/metrics/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "gan/metrics/for_each.h"
#include "gan/metrics/random_order.h"

namespace gan::metrics {
namespace {

// As numpy.quantile does it: linear between the two nearest of the sorted values.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - static_cast<double>(low));
}

}  // namespace

std::vector<Interval> bootstrap(
    const BootstrapOptions& options, const std::vector<Index>& sizes,
    const std::vector<double>& scores,
    const std::function<std::vector<double>(const Resampled&)>& measure) {
  engine::check(options.resamples >= 2, "bootstrap: ", options.resamples,
                " resamples; at least 2 are needed");
  engine::check(options.level > 0 && options.level < 1, "bootstrap: a confidence of ",
                options.level, "; must lie between 0 and 1");
  std::vector<std::vector<double>> found(static_cast<std::size_t>(options.resamples));
  for_each(options.resamples, [&](Index i) {
    RandomOrder random(options.seed + static_cast<std::uint32_t>(i));
    Resampled rows;
    for (const Index size : sizes) rows.push_back(random.draws(size, size));
    found[i] = measure(rows);
  });
  std::vector<Interval> intervals;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    std::vector<double> values;
    for (const std::vector<double>& each : found) values.push_back(each[k]);
    std::ranges::sort(values);
    const auto [mean, deviation] = estimate(values);
    const double tail = (1 - options.level) / 2, count = static_cast<double>(values.size());
    intervals.push_back({.low = scores[k] - (quantile(values, 1 - tail) - mean),
                         .high = scores[k] - (quantile(values, tail) - mean),
                         .deviation = deviation * std::sqrt(count / (count - 1))});
  }
  return intervals;
}

}  // namespace gan::metrics
