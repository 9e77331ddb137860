#include "gan/metrics/features.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gan::metrics {
namespace {

template <class T>
std::vector<T> picked(const std::vector<T>& from, Rows rows, Index columns) {
  std::vector<T> to;
  if (from.empty()) return to;
  to.reserve(rows.size() * columns);
  for (const Index i : rows)
    to.insert(to.end(), from.begin() + i * columns, from.begin() + (i + 1) * columns);
  return to;
}

template <class T>
Index first_bad(const std::vector<T>& values) {
  const auto bad = std::ranges::find_if(values, [](T x) { return !std::isfinite(x); });
  return bad == values.end() ? -1 : bad - values.begin();
}

}  // namespace

Features Features::chosen(Rows rows) const {
  return {columns, picked(values, rows, columns), picked(exact, rows, columns)};
}

Index Features::first_not_finite() const {
  const Index bad = exact.empty() ? first_bad(values) : first_bad(exact);
  return bad < 0 ? bad : bad / columns;
}

std::vector<Index> all_rows(const Features& features) {
  std::vector<Index> rows(static_cast<std::size_t>(features.rows()));
  std::iota(rows.begin(), rows.end(), Index{0});
  return rows;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Estimate estimate(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (double x : values) mean += x / count;
  for (double x : values) squares += (x - mean) * (x - mean) / count;
  return {mean, std::sqrt(squares)};
}

}  // namespace gan::metrics
