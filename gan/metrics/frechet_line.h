// The Frechet distance at infinitely many images. The distance of N images is too large by about
// c / N, with c another one for each network and generator, so that even equal N do not make two
// generators comparable. Measured at several N and drawn over 1 / N, the distances lie on a line;
// where it meets 1 / N = 0 is the distance without that bias.
//
//   FrechetLine line = frechet_line(generated, statistics_of(real));
//   line.at_infinity, line.slope, line.fit     // distance(N) = at_infinity + slope / N
//
// The numbers N go evenly from a tenth of the images to all of them (5,000 to 50,000 for the usual
// number), each a random choice of its own: RandomState(seed).permutation, its first N.
// The real side keeps the number of images that it has. The value may be a little below 0 for sets
// that are alike. Cost: a distance per point, in parallel. Errors: too few images for two points.
// Source: Chong and Forsyth, "Effectively Unbiased FID and Inception Score", 2020, and their code
// (score_infinity.py: 15 points).
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
  double fit = 0;  // R^2: the share of the points' variance that the line explains
};

FrechetLine frechet_line(const Features& features, const FeatureStatistics& reference,
                         const FrechetLineOptions& options = {});
// Of these rows, as if they were all.
FrechetLine frechet_line(const Features& features, Rows rows, const FeatureStatistics& reference,
                         const FrechetLineOptions& options = {});

}  // namespace gan::metrics
