// graph run: runs a network on arrays from files and writes its values to files.
#pragma once

#include <string>
#include <vector>

namespace graph_program {

struct RunOptions {
  std::string model;
  std::vector<std::string> in, out,
      values;  // [NAME=]x.npy each; names of values for `out`, in order
};
// Returns a summary, one line per array. Errors: an input that cannot be read; nothing is written
// unless all values could be computed.
std::string run(const RunOptions& options);

}  // namespace graph_program
