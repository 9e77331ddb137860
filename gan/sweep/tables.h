// The results of a sweep as a user reads them: on the terminal, in files, in programs, as a plot.
// What is measured (seconds) is on the terminal and in JSON and in timing.csv alone, so that the
// other files are the same to the bit for the same sweep.
// Errors: a file that cannot be written.
#pragma once

#include <string>
#include <vector>

#include "gan/sweep/results.h"

namespace gan::sweep {

// A header and a row for each setting, `timed` with the seconds; and one line that says how to read
// it.
using Row = std::vector<std::string>;
std::vector<Row> table_rows(const Plan& plan, const Results& results, bool timed);
std::string caption(const Plan& plan, const Results& results);

std::string as_text(const Plan& plan, const Results& results);
std::string as_markdown(const Plan& plan, const Results& results);
std::string as_json(const Plan& plan, const Results& results);
std::string settings_csv(const Plan& plan, const Results& results);  // mean and deviation
std::string cells_csv(const Plan& plan, const Results& results);
std::string timing_csv(const Results& results);

// Writes table.md, table.csv, cells.csv, timing.csv and the plot score.svg and score.png into the
// folder. Returns one line for the user: the plot, or why there is none; "" without a score.
std::string write_tables(const Plan& plan, const Results& results, const std::string& folder);

// "2.31 ± 0.04", "2.31", or "-".
std::string shown(const std::optional<Spread>& spread);

}  // namespace gan::sweep
