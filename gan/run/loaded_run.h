// LoadedRun: the networks of a run as its latest or best checkpoint has them, to sample from and to look
// into. Errors: no such run, no checkpoint in it yet, a file that is none.
#pragma once

#include <string>

#include "gan/run/checkpoint.h"
#include "gan/run/run_directory.h"

namespace gan::run {

struct LoadedRun {
  // The generator is the moving average or, if asked for, the generator itself; the checkpoint the
  // latest, or the one with the best score.
  static LoadedRun open(const std::string& path, bool averaged = true, bool best = false);

  RunDirectory directory;
  CheckpointHeader header;
  models::Networks networks;
};

}  // namespace gan::run
