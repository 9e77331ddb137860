// graph show: what is in the file of a network: inputs, outputs, ops and whether they run here,
// what a classifier of images takes and gives, and all values with their shapes.
#pragma once

#include <string>

#include "tools/graph/shapes.h"

namespace graph_program {

struct ShowOptions {
  std::string model;
  Extents shapes;  // of inputs that leave extents open
  bool json = false;
};
std::string show(const ShowOptions& options);

}  // namespace graph_program
