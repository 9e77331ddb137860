// How two values of a graph differ: the same type and shape, and |a - b| <= atol + rtol |b| for
// each element. Not-a-number agrees with itself.
#pragma once

#include <string>

#include "engine/graph/value.h"

namespace graph_program {

struct Tolerance {
  double relative = 1e-3, absolute = 1e-7;  // as in ONNX's own runner
};

struct Difference {
  std::string text;  // empty: they agree
  engine::Index count = 0, elements = 0;
  double absolute = 0, relative = 0;  // the largest, relative to the largest |b|
};

Difference compare_values(const engine::graph::Value& got, const engine::graph::Value& wanted,
                          const Tolerance& tolerance);

// Empty if they agree, else how they differ.
inline std::string difference(const engine::graph::Value& got, const engine::graph::Value& wanted,
                              const Tolerance& tolerance = {}) {
  return compare_values(got, wanted, tolerance).text;
}

}  // namespace graph_program
