// run_sweep: trains all cells of a plan that are not finished, several at once, each in a process of
// its own (child.h), with progress on stderr. A cell that diverges is finished. An interrupt stops
// all of them behind a whole step; the same call goes on later.
//
//   const SweepEnd end = run_sweep(cells(plan), "sweeps/poster-k", {.jobs = 2, .threads = 1});
//
// What a cell says while it trains is kept in FOLDER/logs.
// Errors: what stops every cell (data or a scorer that cannot be opened), found before the first
// begins.
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

// A classifier of the embedded data set, trained by the program train_scorer beside this one (or on
// the PATH), half a minute of work, in this file. Errors: it is not there, or fails.
void train_shapes_scorer(const std::string& file, const std::string& log, int threads);

}  // namespace gan::sweep
