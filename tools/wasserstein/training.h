// Trains a critic on a pair and measures it against the truth.
//
//   cos        mean cosine between the critic's gradient and the best critic's, on points of P
//   l2         mean square of their difference
//   w1         mean f(P) - mean f(Q), on fresh points that are not paired, and its standard error
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
  Index width = 0, depth = 0;  // 0: the critic's own
  engine::Real lr = 0;         // likewise
  std::uint64_t seed = 0;
};

struct Measured {
  double cos = 0, l2 = 0, bound = 0, steepest = 0, seconds = 0;
  Estimate w1 = {};
  Index parameters = 0;
  bool finite() const;  // false: the training diverged
};

struct Trained {
  layers::Sequential network;
  Measured measured;
};

using OnIteration = std::function<void(Index iteration, double estimate)>;

// What a critic is built and trained with: the options, and its own where they leave a choice.
CriticSize size_of(const Critic& critic, const Pair& pair, const TrainingOptions& options);
layers::AdamOptions adam_of(const Critic& critic, const TrainingOptions& options);

Trained train_and_measure(const Critic& critic, const Pair& pair, const TrainingOptions& options,
                          const OnIteration& on_iteration = {});

}  // namespace wasserstein
