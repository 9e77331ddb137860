#include "gan/metrics/precision_recall.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/linalg.h"

namespace gan::metrics {
namespace {

// Rows as double with their squared lengths.
struct Cloud {
  Index rows, columns;
  std::vector<double> values, squares;

  explicit Cloud(const Features& features)
      : rows(features.rows()),
        columns(features.columns),
        values(features.values.begin(), features.values.end()) {
    for (Index i = 0; i < rows; ++i) {
      double sum = 0;
      for (const float x : features.row(i)) sum += static_cast<double>(x) * x;
      squares.push_back(sum);
    }
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

// The squared distance of each row to its k-th neighbour.
std::vector<double> radii(const Cloud& cloud, Index k) {
  std::vector<double> result(cloud.rows);
  each_row(cloud, cloud, [&](Index i, std::span<double> distances) {
    distances[i] = 0;  // to itself: the smallest, counted as neighbour 0
    std::ranges::nth_element(distances, distances.begin() + k);
    result[i] = distances[k];
  });
  return result;
}

// The share of the rows of `from` that lie in a ball around some row of `to`.
double covered(const Cloud& from, const Cloud& to, Index k) {
  const std::vector<double> radius = radii(to, k);
  std::vector<char> inside(from.rows, 0);
  each_row(from, to, [&](Index i, std::span<double> distances) {
    for (Index j = 0; j < to.rows && !inside[i]; ++j) inside[i] = distances[j] <= radius[j];
  });
  return static_cast<double>(std::ranges::count(inside, 1)) / static_cast<double>(from.rows);
}

}  // namespace

double PrecisionRecall::f_score() const {
  return 2 * precision * recall / std::max(1e-5, precision + recall);
}

PrecisionRecall precision_recall(const Features& generated, const Features& real,
                                 Index neighbours) {
  engine::check(generated.columns == real.columns, "precision and recall: ", generated.columns,
                " features against ", real.columns, "; both must come from one network");
  for (const Features* each : {&generated, &real})
    engine::check(neighbours >= 1 && each->rows() > neighbours,
                  "precision and recall: ", each->rows(), " images; more than the ", neighbours,
                  " neighbours are needed");
  const Cloud g(generated), r(real);
  return {covered(g, r, neighbours), covered(r, g, neighbours)};
}

}  // namespace gan::metrics
