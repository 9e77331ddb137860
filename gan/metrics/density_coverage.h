// Density: the mean number of real neighborhoods that contain a generated image, divided by k, the
// expected number; it may exceed 1. Coverage: the fraction of real images whose neighborhood
// contains a generated image. Unlike precision and recall, both build neighborhoods only around
// real images, so outliers among the generated ones do no harm. A neighborhood excludes the k-th
// neighbor, as in the authors' package prdc. Cost and errors: those of neighborhoods.h, of the real
// images.
// Source: Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", 2020,
// section 3; prdc 0.2 (default k = 5).
#pragma once

#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

// The contribution of each image; density and coverage are the means.
struct DensityCoverage {
  std::vector<double> density;   // one per generated image
  std::vector<double> coverage;  // one per real image: 0 or 1
};

DensityCoverage density_coverage(const Features& generated, const Features& real,
                                 Index neighbors = 5);

}  // namespace gan::metrics
