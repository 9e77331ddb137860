// The benchmarks, one file each.
#pragma once

#include "engine/real.h"
#include "tools/bench/report.h"

namespace bench {

struct Options {
  engine::Index batch = 64;
  int rounds = 5;
  std::vector<std::string> only;  // names of constraints; empty: all
};

// What each weight constraint adds to a discriminator update of sn-cnn: evaluating the constraint
// of every layer once, and sending a gradient back through it, beside the whole update without one.
Report constraints(const Options& options);

// An update of the discriminator and one of the generator, for each model.
Report step(const Options& options);

}  // namespace bench
