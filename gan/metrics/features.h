// Features: a classifier's output, one row per image: its pool features or its logits. Networks
// give float32 (`values`); rows from a file may be float64 (`exact`), and stay so. Every metric
// sums in double. Cost: 4 bytes per number, so 50,000 rows of 2048 take 400 MB (float64: 800 MB).
// Errors: none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/real.h"

namespace gan::metrics {

using engine::Index;
using Rows = std::span<const Index>;  // row indices in some order, possibly repeated

struct Features {
  Index columns = 0;
  std::vector<float> values = {};  // [rows, columns]
  std::vector<double> exact = {};  // instead of values, for float64

  Index rows() const {
    return columns == 0 ? 0 : static_cast<Index>(values.size() + exact.size()) / columns;
  }
  std::span<const float> row(Index i) const {  // of values
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }
  double at(Index row, Index column) const {
    const Index i = row * columns + column;
    return exact.empty() ? values[i] : exact[i];
  }
  void copy_row(Index row, double* to) const {
    for (Index k = 0; k < columns; ++k) to[k] = at(row, k);
  }
  Features chosen(Rows rows) const;
  Index first_not_finite() const;  // the row; -1: none
};

std::vector<Index> all_rows(const Features& features);  // 0, 1, 2, ...

double mean(std::span<const double> values);  // exact if all are the same integer

// Mean and deviation over repetitions: splits of the Inception Score, subsets of KID.
struct Estimate {
  double mean = 0;
  double deviation = 0;  // of the population: divided by the count, not the count - 1
};
Estimate estimate(std::span<const double> values);

}  // namespace gan::metrics
