// The Inception Score: exp of the mean KL divergence of a classifier's prediction for one image
// from its mean prediction. High if each prediction is confident and all classes occur; from 1 to
// the number of classes.
//
//   p = softmax(logits); q = mean of p over a split; score = exp(mean over it of sum p log(p / q))
//
// Split i holds the rows [i N / splits, (i+1) N / splits). The order matters, because images sorted
// by class make splits of few classes: by default the rows are shuffled as in torch-fidelity
// (NumPy's RandomState(2020)); otherwise they keep the given order, as in the original code. The
// score also depends on the number of images: 100 CIFAR-10 images give 4.5, 50,000 give 11.24.
// Cost: two exp per number; a second for 50,000 rows of 1008. Errors: fewer rows than splits, or
// non-finite values (with the row). Source: Salimans et al., "Improved Techniques for Training
// GANs", 2016, section 4. All in double and from log-softmax, where the original's float32 gives
// NaN for p = 0.
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
