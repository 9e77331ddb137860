// Density: how many neighborhoods of real images hold a generated image, over the number that is
// expected (k); it may exceed 1. Coverage: the share of real images whose neighborhood holds some
// generated image. Unlike precision and recall, both build neighborhoods around real images alone,
// where a single outlier among the generated ones spoils nothing.
// A neighborhood ends before the k-th neighbor, as in the authors' package prdc.
// Cost and errors: those of neighborhoods.h, of the real images.
// Source: Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", 2020,
// section 3; prdc 0.2 (default k = 5).
#pragma once

#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

// What each image adds; density and coverage are the means.
struct DensityCoverage {
  std::vector<double> density;   // one per generated image
  std::vector<double> coverage;  // one per real image: 0 or 1
};

DensityCoverage density_coverage(const Features& generated, const Features& real,
                                 Index neighbors = 5);

}  // namespace gan::metrics
