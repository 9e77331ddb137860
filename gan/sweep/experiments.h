// The experiments that come with the program: the files of gan/experiments, each of which names a
// published table. A name that is none of theirs is that of a user's own file.
// Errors: neither an experiment nor a file, with all experiments.
#pragma once

#include <span>
#include <string>

#include "gan/sweep/plan.h"

namespace gan::sweep {

struct Experiment {
  const char* name;
  const char* text;  // JSON, as plan.h describes it
};

std::span<const Experiment> experiments();

// An experiment, or a file of one, at this scale; "": the first that it has.
Plan find_plan(const std::string& name, const std::string& scale);

}  // namespace gan::sweep
