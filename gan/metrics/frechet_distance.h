// The Frechet distance of two sets of images (FID, if the features are Inception's pool_3): the
// distance of the normal distributions that have the features' means and covariances.
//
//   |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)
//
// With S1 = A A^T from its eigenvalues, S1 S2 has those of the symmetric A^T S2 A, whose roots are
// summed: always real, where a root of the product itself turns complex by rounding.
// Fewer images than features leave the covariances singular and the distance too large; it falls
// with the number of images (CIFAR-10, 5,000 against 5,000: 10.3; 50,000 against 10,000: 3.15).
// Cost: 2 n^2 operations a row and some 12 n^3 at the end: for 2048 features, seconds.
// Errors: fewer than two rows, values that are not finite, numbers of features that differ.
// Source: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", 2017, eq. 6.
#pragma once

#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

struct FeatureStatistics {
  std::vector<double> mean;        // [n]
  std::vector<double> covariance;  // [n, n], divided by one less than the number of rows
  Index size() const { return static_cast<Index>(mean.size()); }
};

FeatureStatistics statistics_of(const Features& features);

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b);

}  // namespace gan::metrics
