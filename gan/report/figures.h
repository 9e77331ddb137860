// The figures of a report: what each shows of the runs, and what to see in it. Each is HTML, empty
// where no run has the data.
// Cost: next to nothing. Errors: a grid of samples that cannot be read.
#pragma once

#include <string>
#include <vector>

#include "gan/report/run_data.h"
#include "gan/sweep/results.h"

namespace gan::report {

using Runs = std::vector<RunData>;

std::string score_figures(const sweep::Plan& plan, const sweep::Results& results);
std::string sample_strips(const Runs& runs);
std::string training_curves(const Runs& runs);
std::string gradient_curves(const Runs& runs);
std::string weight_spectra(const Runs& runs);
std::string audit_bars(const Runs& runs);
// The last audit of each run, layer by layer.
std::string audit_tables(const Runs& runs);

}  // namespace gan::report
