// exact: the Wasserstein-1 distance between two equally large sets of points.
#pragma once

#include <string>

#include "tools/wasserstein/point_set.h"

namespace wasserstein {

struct ExactOptions {
  std::string a, b;
  PointOptions points = {};
  bool json = false;
};

// The result as text or JSON. Tells memory and progress on stderr. Errors: those of open_points and
// gan/metrics/transport.h; more points than fit into memory.
std::string exact(const ExactOptions& options);

}  // namespace wasserstein
