// Precision: the share of generated images that lie among the real ones; recall: the share of real
// images that lie among the generated. "Among": no farther from some image of the other set than
// that one's k-th neighbor in its own set.
// The original takes VGG-16's features; say which were used beside the numbers.
// Cost and errors: those of neighborhoods.h, of both sets.
// Source: Kynkaanniemi et al., "Improved Precision and Recall Metric", 2019, eq. 1 and 2.
#pragma once

#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

// What each image adds: 1 where it lies among the others, else 0.
struct Membership {
  std::vector<double> generated, real;
};
Membership membership(const Features& generated, const Features& real, Index neighbours = 3);

struct PrecisionRecall {
  double precision = 0, recall = 0;
  double f_score() const;  // their harmonic mean; 0 if both are 0
};

PrecisionRecall precision_recall(const Features& generated, const Features& real,
                                 Index neighbours = 3);

}  // namespace gan::metrics
