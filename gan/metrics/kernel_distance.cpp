#include "gan/metrics/kernel_distance.h"

#include "engine/check.h"
#include "engine/linalg.h"
#include "gan/metrics/random_order.h"

namespace gan::metrics {
namespace {

using Matrix = std::vector<double>;

Matrix rows_of(const Features& features, const std::vector<Index>& rows) {
  Matrix chosen;
  chosen.reserve(rows.size() * features.columns);
  for (const Index i : rows) {
    const auto row = features.row(i);
    chosen.insert(chosen.end(), row.begin(), row.end());
  }
  return chosen;
}

// The kernel of each row of x with each of y, summed; `same`: without a row with itself.
double kernel_sum(Index size, Index n, const Matrix& x, const Matrix& y, bool same) {
  Matrix k(size * size);
  engine::multiply_transposed(size, size, n, x.data(), y.data(), k.data());
  double sum = 0;
  for (Index i = 0; i < size; ++i)
    for (Index j = 0; j < size; ++j) {
      const double base = k[i * size + j] / static_cast<double>(n) + 1;
      if (!same || i != j) sum += base * base * base;
    }
  return sum;
}

}  // namespace

Estimate kernel_distance(const Features& a, const Features& b,
                         const KernelDistanceOptions& options) {
  const Index n = a.columns, size = options.size;
  engine::check(n == b.columns, "kernel distance: ", n, " features against ", b.columns,
                "; both must come from one network");
  engine::check(options.subsets >= 1 && size >= 2, "kernel distance: ", options.subsets,
                " subsets of ", size, "; at least 1 of 2 is needed");
  for (const Features* each : {&a, &b})
    engine::check(each->rows() >= size, "kernel distance: ", each->rows(),
                  " images are fewer than a subset of ", size,
                  "; give more images or a smaller subset");
  RandomOrder random(options.seed);
  std::vector<double> distances;
  const auto m = static_cast<double>(size);
  for (Index i = 0; i < options.subsets; ++i) {
    const Matrix x = rows_of(a, random.subset(a.rows(), size));
    const Matrix y = rows_of(b, random.subset(b.rows(), size));
    distances.push_back((kernel_sum(size, n, x, x, true) + kernel_sum(size, n, y, y, true)) /
                            (m * (m - 1)) -
                        2 * kernel_sum(size, n, x, y, false) / (m * m));
  }
  return estimate(distances);
}

}  // namespace gan::metrics
