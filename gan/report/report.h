// A report: runs and sweeps as one page of HTML that needs nothing else: no network, no script. It
// opens with what was run and what came of it; figures follow, each with its data as a link.
//
//   engine::write_file("report.html", report::page({"runs/mine", "sweeps/poster-k-minutes"}));
//
// Cost: seconds a run, for the singular values of its weights. Errors: a folder that is neither a
// run nor a sweep; files of it that cannot be read.
#pragma once

#include <string>
#include <vector>

namespace gan::report {

std::string page(const std::vector<std::string>& folders);

}  // namespace gan::report
