// The Frechet distance between two sets of images (FID, if the features are Inception's pool_3):
// the distance between normal distributions with the features' means and covariances.
//
//   |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)
//
// A covariance squares the condition number, so none is formed: with centered rows X / sqrt(N - 1),
// S = X^T X = R^T R for the triangular factor R of X, and tr (S1 S2)^(1/2) is the sum of the
// singular values of R1 R2^T. That is real, exact to about 1e-14 of tr S, and never negative. With
// fewer images than features the distance is too large; it decreases with the number of images
// (CIFAR-10, 5,000 against 5,000: 10.3; 50,000 against 10,000: 3.15).
// Cost: 2 n^2 operations per row (one thread) and about 3 n^3 at the end: seconds for 2048
// features. Errors: fewer than two rows, non-finite values, different numbers of features. Source:
// Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", 2017, eq. 6.
#pragma once

#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

struct FeatureStatistics {
  std::vector<double> mean;    // [n]
  std::vector<double> factor;  // [r, n] with factor^T factor = covariance, r <= n
  Index size() const { return static_cast<Index>(mean.size()); }
  Index rank() const { return size() == 0 ? 0 : static_cast<Index>(factor.size()) / size(); }
  std::vector<double> covariance() const;  // [n, n], divided by the number of rows - 1
};

FeatureStatistics statistics_of(const Features& features);
FeatureStatistics statistics_of(const Features& features, Rows rows);
// From a covariance. Eigenvalues below rounding error (n eps of the largest) count as 0.
FeatureStatistics statistics_of(std::vector<double> mean, std::vector<double> covariance);

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b);

}  // namespace gan::metrics
