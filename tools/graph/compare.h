// graph compare: two networks on the same inputs, or one network against expected outputs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/graph/difference.h"

namespace graph_program {

struct CompareOptions {
  std::string a, b, expected;       // either a second network or a folder (data_set.h)
  std::vector<std::string> in;      // [NAME=]x.npy; none: random numbers, or those of the folder
  std::vector<std::string> values;  // of both; none: the outputs, in order
  Tolerance tolerance;
  std::uint64_t seed = 0;
  bool json = false;
};
struct Comparison {
  bool same = true;
  std::string text;  // one line per value, or JSON
};
Comparison compare(const CompareOptions& options);

}  // namespace graph_program
