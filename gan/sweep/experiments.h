// The built-in experiments: the files of gan/experiments, each for a published table. Any other
// name is a user's own file. Errors: a name that is neither; the message lists the experiments.
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

// An experiment, or a file with one, at this scale; "": its first scale.
Plan find_plan(const std::string& name, const std::string& scale);

}  // namespace gan::sweep
