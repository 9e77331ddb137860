#include "gan/metrics/neighborhoods.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "engine/check.h"
#include "engine/linalg.h"

namespace gan::metrics {
namespace {

// Relative to |x|^2 + |y|^2: a bound on the rounding error of |x|^2 + |y|^2 - 2 x.y.
constexpr double kUnsure = 1e-11;

// Rows as double with their squared lengths.
struct Cloud {
  Index rows, columns;
  std::vector<double> values, squares;

  explicit Cloud(const Features& features) : rows(features.rows()), columns(features.columns) {
    values.resize(rows * columns);
    for (Index i = 0; i < rows; ++i) {
      double* row = values.data() + i * columns;
      features.copy_row(i, row);
      squares.push_back(std::inner_product(row, row + columns, row, 0.0));
    }
  }
  double unsure(Index i, const Cloud& other, Index j) const {
    return kUnsure * (squares[i] + other.squares[j]);
  }
  // Bit-identical in either order.
  double squared_distance(Index i, const Cloud& other, Index j) const {
    const double *x = values.data() + i * columns, *y = other.values.data() + j * columns;
    double sum = 0;
    for (Index k = 0; k < columns; ++k) sum += (x[k] - y[k]) * (x[k] - y[k]);
    return sum;
  }
};

// Calls use(i, squared distances of row i of `from` to every row of `to`), some rows at a time.
template <class Use>
void each_row(const Cloud& from, const Cloud& to, const Use& use) {
  constexpr Index block = 512;
  std::vector<double> distances(block * to.rows);
  for (Index begin = 0; begin < from.rows; begin += block) {
    const Index count = std::min(block, from.rows - begin);
    engine::multiply_transposed(count, to.rows, to.columns,
                                from.values.data() + begin * from.columns, to.values.data(),
                                distances.data());
#pragma omp parallel for schedule(static)
    for (Index r = 0; r < count; ++r) {
      const std::span row(distances.data() + r * to.rows, static_cast<std::size_t>(to.rows));
      for (Index j = 0; j < to.rows; ++j)
        row[j] = std::max(from.squares[begin + r] + to.squares[j] - 2 * row[j], 0.0);
      use(begin + r, row);
    }
  }
}

}  // namespace

Neighborhoods::Neighborhoods(const Features& features, Index neighbors, const char* what)
    : features_(&features), what_(what) {
  engine::check(neighbors >= 1 && features.rows() > neighbors, what, ": ", features.rows(),
                " images; more than the ", neighbors, " neighbors are needed");
  const Index bad = features.first_not_finite();
  engine::check(bad < 0, what, ": the features of image ", bad, " are not finite");
  const Cloud cloud(features);
  radii_.resize(cloud.rows);
  each_row(cloud, cloud, [&](Index i, std::span<double> distances) {
    distances[i] = 0;  // to itself: the smallest, counted as neighbor 0
    std::vector<Index> nearest(distances.size());
    std::iota(nearest.begin(), nearest.end(), Index{0});
    const auto last = nearest.begin() + neighbors;
    std::ranges::nth_element(nearest, last, {}, [&](Index j) { return distances[j]; });
    radii_[i] = cloud.squared_distance(i, cloud, *last);
  });
}

Neighborhoods::Counts Neighborhoods::count(const Features& points, Ball ball) const {
  engine::check(points.columns == features_->columns, what_, ": ", points.columns,
                " features against ", features_->columns, "; both must come from one network");
  const Index bad = points.first_not_finite();
  engine::check(bad < 0, what_, ": the features of image ", bad, " are not finite");
  const Cloud from(points), balls(*features_);
  Counts counts{std::vector<Index>(from.rows, 0), std::vector<Index>(balls.rows, 0)};
  each_row(from, balls, [&](Index i, std::span<double> distances) {
    for (Index j = 0; j < balls.rows; ++j) {
      double distance = distances[j];
      if (std::abs(distance - radii_[j]) <= from.unsure(i, balls, j))
        distance = from.squared_distance(i, balls, j);
      if (ball == Ball::closed ? distance > radii_[j] : distance >= radii_[j]) continue;
      ++counts.balls[i];
#pragma omp atomic
      ++counts.points[j];
    }
  });
  return counts;
}

}  // namespace gan::metrics
