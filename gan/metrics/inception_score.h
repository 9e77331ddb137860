// The Inception Score: exp of the mean divergence of what a classifier says about one image from
// what it says on average. High if it is sure about each and all classes occur; from 1 to the
// number of classes.
//
//   p = softmax(logits); q = mean of p over a split; score = exp(mean over it of sum p log(p / q))
//
// Split i holds the rows [i N / splits, (i+1) N / splits). The order matters, as images sorted by
// class make splits of few classes: by default the rows are shuffled as torch-fidelity does
// (numpy's RandomState(2020)); without, they stay as given, as in the original code.
// The score depends on the number of images, too: 100 CIFAR-10 images give 4.5, 50,000 give 11.24.
// Cost: two exp a number; a second for 50,000 rows of 1008. Errors: fewer rows than splits, or
// values that are not finite (names the row).
// Source: Salimans et al., "Improved Techniques for Training GANs", 2016, section 4. All in double
// and from log-softmax, where the original's float32 gives NaN for p = 0.
#pragma once

#include <optional>

#include "gan/metrics/features.h"

namespace gan::metrics {

struct InceptionScoreOptions {
  Index splits = 10;
  std::optional<std::uint32_t> shuffle = 2020;  // a seed; none: the order given
};

// The score over the splits.
Estimate inception_score(const Features& logits, const InceptionScoreOptions& options = {});
// Of these rows, as if they were all.
Estimate inception_score(const Features& logits, Rows rows,
                         const InceptionScoreOptions& options = {});

}  // namespace gan::metrics
