#include "gan/metrics/kernel_distance.h"

#include "engine/check.h"
#include "engine/linalg.h"
#include "gan/metrics/random_order.h"

namespace gan::metrics {
namespace {

// Rows of a set that were drawn for a subset.
struct Subset {
  std::vector<Index> rows;
  std::vector<double> values = {};

  Subset(const Features& features, Rows from, std::vector<Index> drawn) : rows(std::move(drawn)) {
    values.resize(rows.size() * features.columns);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] = from[rows[i]];
      features.copy_row(rows[i], values.data() + i * features.columns);
    }
  }
};

struct Kernel {
  Index columns, degree;
  double gamma, coef0;

  double value(double product) const {
    const double base = gamma * product + coef0;
    double power = 1;
    for (Index i = 0; i < degree; ++i) power *= base;
    return power;
  }

  // The mean over the rows of x with those of y; `same`: of one set, without a row with itself.
  double mean(const Subset& x, const Subset& y, bool same) const {
    const auto size = static_cast<Index>(x.rows.size());
    std::vector<double> k(size * size);
    engine::multiply_transposed(size, size, columns, x.values.data(), y.values.data(), k.data());
    double sum = 0;
    Index pairs = 0;
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j)
        if (!same || x.rows[i] != y.rows[j]) {
          sum += value(k[i * size + j]);
          ++pairs;
        }
    engine::check(pairs > 0, "kernel distance: a subset holds one image only, again and again");
    return sum / static_cast<double>(pairs);
  }
};

}  // namespace

Estimate kernel_distance(const Features& a, const Features& b,
                         const KernelDistanceOptions& options) {
  return kernel_distance(a, all_rows(a), b, all_rows(b), options);
}

Estimate kernel_distance(const Features& a, Rows rows_a, const Features& b, Rows rows_b,
                         const KernelDistanceOptions& options) {
  const Index n = a.columns, size = options.size;
  engine::check(n == b.columns, "kernel distance: ", n, " features against ", b.columns,
                "; both must come from one network");
  engine::check(options.subsets >= 1 && size >= 2, "kernel distance: ", options.subsets,
                " subsets of ", size, "; at least 1 of 2 is needed");
  engine::check(options.degree >= 1, "kernel distance: degree ", options.degree,
                "; at least 1 is needed");
  for (const Rows rows : {rows_a, rows_b})
    engine::check(static_cast<Index>(rows.size()) >= size, "kernel distance: ", rows.size(),
                  " images are fewer than a subset of ", size,
                  "; give more images or a smaller subset");
  for (const Features* each : {&a, &b})
    engine::check(each->first_not_finite() < 0, "kernel distance: the features of image ",
                  each->first_not_finite(), " are not finite");
  const Kernel kernel{n, options.degree, options.gamma.value_or(1 / static_cast<double>(n)),
                      options.coef0};
  RandomOrder random(options.seed);
  std::vector<double> distances;
  for (Index i = 0; i < options.subsets; ++i) {
    const Subset x(a, rows_a, random.subset(static_cast<Index>(rows_a.size()), size));
    const Subset y(b, rows_b, random.subset(static_cast<Index>(rows_b.size()), size));
    distances.push_back(kernel.mean(x, x, true) + kernel.mean(y, y, true) -
                        2 * kernel.mean(x, y, false));
  }
  return estimate(distances);
}

}  // namespace gan::metrics
