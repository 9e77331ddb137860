// Features: what a classifier says about images, a row an image: its pool features or its logits.
// Rows lie one after the other, as float32, which is what networks give; every metric sums in
// double. Cost: 4 bytes a number, so 50,000 rows of 2048 take 400 MB. No errors.
#pragma once

#include <span>
#include <vector>

#include "engine/real.h"

namespace gan::metrics {

using engine::Index;

struct Features {
  Index columns = 0;
  std::vector<float> values = {};  // [rows, columns]

  Index rows() const { return columns == 0 ? 0 : static_cast<Index>(values.size()) / columns; }
  std::span<const float> row(Index i) const {
    return {values.data() + i * columns, static_cast<std::size_t>(columns)};
  }
};

// A number over repetitions: splits of the Inception Score, subsets of KID.
struct Estimate {
  double mean = 0;
  double deviation = 0;  // of the population: divided by the count, not by one less
};
Estimate estimate(std::span<const double> values);

}  // namespace gan::metrics
