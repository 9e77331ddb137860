// run_sweep: trains all unfinished cells of a plan, several at once, each in its own process
// (child.h), with progress on stderr. A cell that diverges is finished. An interrupt stops all of
// them after a complete step; the same call resumes them later. Several processes may call it with
// the same folder: each cell is trained by one of them (claims.h), and each call returns when all
// cells have ended.
//
//   const SweepEnd end = run_sweep(cells(plan), "sweeps/poster-k", {.jobs = 2, .threads = 1});
//
// The output of a cell is kept in FOLDER/logs. Errors: anything that stops every cell (data or a
// scorer that cannot be opened), found before the first starts.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "gan/sweep/plan.h"

namespace gan::sweep {

struct SweepOptions {
  int jobs = 1;                                              // cells at once
  int threads = 1;                                           // of each
  double minutes = std::numeric_limits<double>::infinity();  // of each cell
};

struct SweepEnd {
  bool interrupted = false;
  std::vector<std::string> failures = {};  // one line each: a cell that failed, and why
};

SweepEnd run_sweep(const std::vector<Cell>& cells, const std::string& folder,
                   const SweepOptions& options);

// Writes a classifier of the embedded data set to this file, trained in half a minute by the
// program train_scorer beside this one (or on the PATH). Errors: it is missing, or fails.
void train_shapes_scorer(const std::string& file, const std::string& log, int threads);

}  // namespace gan::sweep
