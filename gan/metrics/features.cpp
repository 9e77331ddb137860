#include "gan/metrics/features.h"

#include <cmath>

namespace gan::metrics {

Estimate estimate(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (double x : values) mean += x / count;
  for (double x : values) squares += (x - mean) * (x - mean) / count;
  return {mean, std::sqrt(squares)};
}

}  // namespace gan::metrics
