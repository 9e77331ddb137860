// Shapes of a graph's values, found by running it on zeros: ops see concrete values, so nothing is
// inferred. Cost: one run of the whole graph on one image, all of whose values are kept.
#pragma once

#include <map>
#include <string>

#include "gan/metrics/survey.h"

namespace graph_program {

struct Shapes {
  std::map<std::string, engine::graph::Value> values;  // by name; none for nodes that cannot run
  std::string why;                                     // some or all are not known; empty: they are
};

// `given`: shapes of inputs with open extents. A first open extent is taken as 1; `found` gives the
// image input, and whether it takes any size.
using Extents = std::map<std::string, std::vector<engine::Index>>;
Shapes find_shapes(const engine::graph::Model& model, const gan::metrics::Survey* found,
                   const Extents& given);

}  // namespace graph_program
