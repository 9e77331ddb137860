// train: runs a trainer to its last step and keeps the run's records: rows of log.csv, grids of
// samples, checkpoints. It ends early when the minutes are over or on an interrupt, always behind a
// whole step and with a checkpoint.
// Errors: a value that is no longer finite (the checkpoint before it is kept and named); a file
// that cannot be written.
#pragma once

#include <limits>

#include "gan/run_directory.h"
#include "gan/trainer.h"

namespace gan {

struct TrainingLimits {
  double minutes = std::numeric_limits<double>::infinity();  // of wall time, about
};

enum class Ending { done, out_of_time, interrupted };

Ending train(Trainer& trainer, const RunDirectory& run, const Config& config,
             const TrainingLimits& limits = {});

}  // namespace gan
