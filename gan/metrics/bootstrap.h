// Confidence interval of a score by the bootstrap: the spread of the score over resampled sets (as
// many images, drawn with replacement, from both sets) estimates its spread over new images.
//
//   Interval i = bootstrap({.resamples = 200}, {a.rows(), b.rows()}, score, [&](auto& rows) {
//     return frechet_distance(statistics_of(a, rows[0]), statistics_of(b, rows[1])); });
//
// The interval is [s - q(1 - t), s - q(t)] for the score s and the quantiles q of the resamples
// minus their mean. The mean must be subtracted because a score like FID is larger if images
// repeat, as they do in every resample. The interval holds for sets of as many images, not for
// infinitely many. Resample i is drawn by numpy's RandomState(seed + i): randint for one set after
// the other. Cost: one score per resample, in parallel: each thread needs the memory of one score.
// Errors: the score's own; fewer than two resamples. Source: Efron and Tibshirani, "An Introduction
// to the Bootstrap", 1993; Davison and Hinkley, "Bootstrap Methods and Their Application", 1997,
// eq. 5.6 (the basic interval).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

struct BootstrapOptions {
  Index resamples = 200;
  double level = 0.95;  // of confidence
  std::uint32_t seed = 2020;
};

struct Interval {
  double low = 0, high = 0;
  double deviation = 0;  // the standard error: of the resamples, divided by one less than the count
};

// Several numbers of the same resamples at once; `sizes` are the numbers of rows of the sets.
using Resampled = std::vector<std::vector<Index>>;  // rows of each set
std::vector<Interval> bootstrap(
    const BootstrapOptions& options, const std::vector<Index>& sizes,
    const std::vector<double>& scores,
    const std::function<std::vector<double>(const Resampled&)>& measure);

}  // namespace gan::metrics
