// The Frechet distance extrapolated to infinitely many images. With N images the distance is too
// large by about c / N, where c depends on network and generator, so that even with equal N two
// generators are not comparable. The distances at several N lie on a line over 1 / N, whose value
// at 1 / N = 0 is free of that bias.
//
//   FrechetLine line = frechet_line(generated, statistics_of(real));
//   line.at_infinity, line.slope, line.fit     // distance(N) = at_infinity + slope / N
//
// N ranges evenly from a tenth of the images to all of them (5,000 to 50,000 usually), each an
// independent random choice: the first N of RandomState(seed).permutation. The real set is used
// whole. The value may be slightly negative for similar sets. Cost: one distance per point, in
// parallel. Errors: too few images for two points. Source: Chong and Forsyth, "Effectively Unbiased
// FID and Inception Score", 2020, and their code (score_infinity.py: 15 points).
#pragma once

#include <cstdint>
#include <vector>

#include "gan/metrics/frechet_distance.h"

namespace gan::metrics {

struct FrechetLineOptions {
  Index points = 15;
  std::uint32_t seed = 2020;
};

struct FrechetLine {
  struct Point {
    Index images;
    double distance;
  };
  std::vector<Point> points;
  double at_infinity = 0, slope = 0;
  double fit = 0;  // R^2: the fraction of the points' variance that the line explains
};

FrechetLine frechet_line(const Features& features, const FeatureStatistics& reference,
                         const FrechetLineOptions& options = {});
// Of these rows, as if they were all.
FrechetLine frechet_line(const Features& features, Rows rows, const FeatureStatistics& reference,
                         const FrechetLineOptions& options = {});

}  // namespace gan::metrics
