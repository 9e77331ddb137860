// Trains a critic on a pair and measures it against the truth.
//
//   cos        mean cosine between the critic's gradient and the best critic's, on points of P
//   l2         mean square of their difference
//   w1         mean f(P) - mean f(Q), on fresh points that are not paired
//   bound      certified: no slope exceeds it anywhere
//   steepest   the largest slope met on those points
// w1 / bound exceeds the true distance by the noise of sampling only.
// Source of the metrics: Korotin, Kolesov and Burnaev (2022), section 4.
#pragma once

#include <cstdint>
#include <functional>

#include "tools/wasserstein/critics.h"
#include "tools/wasserstein/pair.h"

namespace wasserstein {

struct TrainingOptions {
  Index iterations = 2000, batch = 256;
  Index width = 0;  // of hidden layers; 0: as published, max(2 D, 128)
  Index depth = 2;
  std::uint64_t seed = 0;
};

struct Measured {
  double cos, l2, w1, bound, steepest, seconds;
  Index parameters;
  bool finite = true;  // false: the training diverged
};

using OnIteration = std::function<void(Index iteration, double estimate)>;

Measured train_and_measure(const Critic& critic, const Pair& pair, const TrainingOptions& options,
                           const OnIteration& on_iteration = {});

}  // namespace wasserstein
