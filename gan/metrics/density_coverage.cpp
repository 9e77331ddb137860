#include "gan/metrics/density_coverage.h"

#include "gan/metrics/neighborhoods.h"

namespace gan::metrics {

DensityCoverage density_coverage(const Features& generated, const Features& real, Index neighbors) {
  const Neighborhoods balls(real, neighbors, "density and coverage");
  const Neighborhoods::Counts counts = balls.count(generated, Ball::open);
  DensityCoverage found;
  for (const Index count : counts.balls)
    found.density.push_back(static_cast<double>(count) / static_cast<double>(neighbors));
  for (const Index count : counts.points) found.coverage.push_back(count > 0);
  return found;
}

}  // namespace gan::metrics
