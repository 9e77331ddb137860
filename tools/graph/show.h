// graph show: the contents of a model file: inputs, outputs, ops and whether they are supported, an
// image classifier's input and output, and all values with their shapes.
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
