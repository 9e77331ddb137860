// How far two results of a graph are apart, relative to the largest value of the second. For the
// tests of graphs.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/tensor.h"

inline double largest_difference(const engine::Tensor& a, const engine::Tensor& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  const auto x = a.values(), y = b.values();
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    difference = std::max<double>(difference, std::abs(x[i] - y[i]));
    largest = std::max<double>(largest, std::abs(y[i]));
  }
  return difference / largest;
}

// The largest difference between the first result of a batch and the others.
inline double deviation_over_batch(const engine::Tensor& x) {
  const auto values = x.values();
  const std::size_t each = values.size() / static_cast<std::size_t>(x.dim(0));
  double difference = 0;
  for (std::size_t i = each; i < values.size(); ++i)
    difference = std::max<double>(difference, std::abs(values[i] - values[i % each]));
  return difference;
}
