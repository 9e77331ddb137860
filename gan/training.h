// train: runs a trainer to its last step and keeps the run's records: rows of log.csv, grids of
// samples, checkpoints, events for TensorBoard. It ends early when the minutes are over or on an
// interrupt, always behind a whole step and with a checkpoint. Errors: a value that is no longer
// finite (the checkpoint before it is kept and named); a file that cannot be written.
#pragma once

#include <limits>

#include "gan/proxy_score.h"
#include "gan/run_directory.h"
#include "gan/trainer.h"

namespace gan {

struct TrainingLimits {
  double minutes = std::numeric_limits<double>::infinity();  // of wall time, about
};

enum class Ending { done, out_of_time, interrupted };

// `scorer`, if there is one, scores images of the averaged generator every score_every steps.
Ending train(Trainer& trainer, const RunDirectory& run, const Config& config,
             const TrainingLimits& limits = {}, const ProxyScorer* scorer = nullptr);

// The score of images of the averaged generator, always of the same noise; the random numbers of
// the training are left alone.
ProxyScore score(Trainer& trainer, const ProxyScorer& scorer, Index images);

}  // namespace gan
