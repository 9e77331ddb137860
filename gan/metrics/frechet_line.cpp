#include "gan/metrics/frechet_line.h"

#include <algorithm>

#include "engine/check.h"
#include "gan/metrics/for_each.h"
#include "gan/metrics/random_order.h"

namespace gan::metrics {
namespace {

// The least squares line of the distances over 1 / N.
void fit_line(FrechetLine& line) {
  const auto count = static_cast<double>(line.points.size());
  double x_mean = 0, y_mean = 0, xx = 0, xy = 0, yy = 0;
  for (const auto& [images, distance] : line.points) {
    x_mean += 1 / static_cast<double>(images) / count;
    y_mean += distance / count;
  }
  for (const auto& [images, distance] : line.points) {
    const double x = 1 / static_cast<double>(images) - x_mean, y = distance - y_mean;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  line.slope = xy / xx;
  line.at_infinity = y_mean - line.slope * x_mean;
  line.fit = yy > 0 ? xy * xy / (xx * yy) : 1;
}

}  // namespace

FrechetLine frechet_line(const Features& features, const FeatureStatistics& reference,
                         const FrechetLineOptions& options) {
  return frechet_line(features, all_rows(features), reference, options);
}

FrechetLine frechet_line(const Features& features, Rows rows, const FeatureStatistics& reference,
                         const FrechetLineOptions& options) {
  const auto count = static_cast<Index>(rows.size());
  const Index least = std::max<Index>(2, count / 10);
  engine::check(options.points >= 2, "frechet line: ", options.points,
                " points; a line needs at least 2");
  engine::check(count > least, "frechet line: ", count,
                " images; at least 3 are needed to vary their number");
  FrechetLine line;
  RandomOrder random(options.seed);
  std::vector<std::vector<Index>> chosen;
  for (Index i = 0; i < options.points; ++i) {
    const Index images = least + (count - least) * i / (options.points - 1);
    line.points.push_back({images, 0});
    chosen.push_back(random.subset(count, images));
    for (Index& row : chosen.back()) row = rows[row];
  }
  for_each(options.points, [&](Index i) {
    line.points[i].distance = frechet_distance(statistics_of(features, chosen[i]), reference);
  });
  fit_line(line);
  return line;
}

}  // namespace gan::metrics
