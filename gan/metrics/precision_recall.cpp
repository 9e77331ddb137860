#include "gan/metrics/precision_recall.h"

#include <algorithm>

#include "gan/metrics/neighborhoods.h"

namespace gan::metrics {
namespace {

std::vector<double> among(const Features& points, const Features& others, Index neighbors) {
  const Neighborhoods balls(others, neighbors, "precision and recall");
  std::vector<double> inside;
  for (const Index count : balls.count(points, Ball::closed).balls) inside.push_back(count > 0);
  return inside;
}

}  // namespace

double PrecisionRecall::f_score() const {
  return 2 * precision * recall / std::max(1e-5, precision + recall);
}

Membership membership(const Features& generated, const Features& real, Index neighbours) {
  return {among(generated, real, neighbours), among(real, generated, neighbours)};
}

PrecisionRecall precision_recall(const Features& generated, const Features& real,
                                 Index neighbours) {
  const Membership found = membership(generated, real, neighbours);
  return {mean(found.generated), mean(found.real)};
}

}  // namespace gan::metrics
