// Results: what the runs of a sweep came to, cell by cell and, over the seeds, setting by setting.
//
//   const Results found = read_results(plan, "sweeps/poster-k");
//
// All numbers are those of the runs' log.csv, so that they are the same to the bit however often the
// sweep was stopped; but for the seconds, which are measured.
// Cost: reading the logs. Errors: a log that cannot be read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gan/sweep/plan.h"

namespace gan::sweep {

enum class CellState { waiting, stopped, done, diverged };
const char* name_of(CellState state);

// One number of each cell.
struct Quantity {
  const char* name;   // in files
  const char* title;  // in tables
  const char* help;
  bool timed = false;  // differs each time
};
const std::vector<Quantity>& quantities();

struct CellResult {
  std::string folder;
  std::size_t setting = 0;
  std::uint64_t seed = 0;
  CellState state = CellState::waiting;
  Index step = 0;           // the last in its log; where it diverged, the first bad
  std::string reason = {};  // of a divergence: what was not finite
  std::vector<std::optional<double>> values;  // of the quantities
};

// Over the seeds whose runs are done.
struct Spread {
  Index count = 0;
  double mean = 0;
  std::optional<double> deviation = {};  // the sample's, divided by count - 1; none of one seed
};

struct SettingResult {
  std::vector<std::string> labels;
  Index done = 0, diverged = 0, seeds = 0;
  std::vector<std::optional<Spread>> values;  // of the quantities
  std::optional<double> published = {};
};

struct Results {
  std::string score;  // what the score is: "proxy-IS", or "IS" by Inception; "": none was taken
  std::vector<CellResult> cells;
  std::vector<SettingResult> settings;
};

Results read_results(const Plan& plan, const std::vector<Cell>& cells, const std::string& folder);

}  // namespace gan::sweep
