// LoadedRun: the networks of a run from its latest or best checkpoint, for sampling and inspection.
// Errors: no such run, no checkpoint yet, a file that is not a checkpoint.
#pragma once

#include <string>

#include "gan/run/checkpoint.h"
#include "gan/run/run_directory.h"

namespace gan::run {

struct LoadedRun {
  // The generator is the moving average or, if requested, the generator itself; the checkpoint is
  // the latest, or the one with the best score.
  static LoadedRun open(const std::string& path, bool averaged = true, bool best = false);

  // The label of a class of this name. Errors: the run is not conditional, or has no such class.
  Index label(const std::string& class_name) const;

  RunDirectory directory;
  CheckpointHeader header;
  models::Networks networks;
};

}  // namespace gan::run
