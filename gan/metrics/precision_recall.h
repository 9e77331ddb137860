// Precision: the fraction of generated images that lie among the real ones; recall: the fraction of
// real images that lie among the generated. "Among": no farther from some image of the other set
// than that image's k-th neighbor in its own set. The original uses VGG-16 features; report which
// were used. Cost and errors: those of neighborhoods.h, of both sets.
// Source: Kynkaanniemi et al., "Improved Precision and Recall Metric", 2019, eq. 1 and 2.
#pragma once

#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

// The contribution of each image: 1 if it lies among the others, else 0.
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
