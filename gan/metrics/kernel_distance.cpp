#include "gan/metrics/kernel_distance.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "engine/check.h"
#include "engine/choices.h"
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

constexpr KernelName kKernels[] = {{Kernel::polynomial, "poly"}, {Kernel::gaussian, "rbf"}};

double power(double base, Index degree) {
  constexpr Index kFew = 8;  // up to this, multiplication is faster than pow
  if (degree > kFew) return std::pow(base, static_cast<double>(degree));
  double product = 1;
  for (Index i = 0; i < degree; ++i) product *= base;
  return product;
}

// The squared length of each row.
std::vector<double> squared_lengths(const Subset& x, Index columns) {
  std::vector<double> sums;
  for (std::size_t i = 0; i < x.rows.size(); ++i) {
    const double* row = x.values.data() + static_cast<Index>(i) * columns;
    sums.push_back(std::inner_product(row, row + columns, row, 0.0));
  }
  return sums;
}

struct KernelMean {
  Index columns;
  const KernelDistanceOptions& options;
  double gamma = options.gamma.value_or(1 / static_cast<double>(columns));

  // The kernel of two rows with this product and these squared lengths.
  double value(double product, double x, double y) const {
    if (options.kernel == Kernel::gaussian)
      return std::exp((2 * product - x - y) / (2 * options.sigma * options.sigma));
    return power(gamma * product + options.coef0, options.degree);
  }

  // The mean over pairs of rows of x and y; `same`: one set, without pairs of a row with itself.
  double operator()(const Subset& x, const Subset& y, bool same) const {
    const auto size = static_cast<Index>(x.rows.size());
    std::vector<double> k(size * size);
    engine::multiply_transposed(size, size, columns, x.values.data(), y.values.data(), k.data());
    const std::vector<double> xx = squared_lengths(x, columns), yy = squared_lengths(y, columns);
    double sum = 0;
    Index pairs = 0;
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j)
        if (!same || x.rows[i] != y.rows[j]) {
          sum += value(k[i * size + j], xx[i], yy[j]);
          ++pairs;
        }
    engine::check(pairs > 0, "kernel distance: a subset holds one image only, repeated");
    return sum / static_cast<double>(pairs);
  }
};

}  // namespace

std::span<const KernelName> kernels() { return kKernels; }

Kernel kernel_named(const std::string& name) {
  const auto* row = std::ranges::find(kKernels, name, &KernelName::name);
  engine::check(row != std::end(kKernels), "unknown kernel '", name, "'; use ",
                engine::alternatives(engine::names_of(kKernels)));
  return row->kernel;
}

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
  engine::check(options.sigma > 0, "kernel distance: sigma ", options.sigma,
                "; a positive number is needed");
  for (const Rows rows : {rows_a, rows_b})
    engine::check(static_cast<Index>(rows.size()) >= size, "kernel distance: ", rows.size(),
                  " images are fewer than a subset of ", size,
                  "; use more images or a smaller subset");
  for (const Features* each : {&a, &b})
    engine::check(each->first_not_finite() < 0, "kernel distance: the features of image ",
                  each->first_not_finite(), " are not finite");
  const KernelMean mean{n, options};
  RandomOrder random(options.seed);
  std::vector<double> distances;
  for (Index i = 0; i < options.subsets; ++i) {
    const Subset x(a, rows_a, random.subset(static_cast<Index>(rows_a.size()), size));
    const Subset y(b, rows_b, random.subset(static_cast<Index>(rows_b.size()), size));
    distances.push_back(mean(x, x, true) + mean(y, y, true) - 2 * mean(x, y, false));
  }
  return estimate(distances);
}

}  // namespace gan::metrics
