// Row indices given as numbers, as in gather, scatter_add and images. A kernel cannot throw: it
// records an invalid index, uses row 0, and the next download reports it.
#pragma once

#include "engine/check.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/traverse.h"

namespace engine::cuda {

__device__ inline Index row_number(FaultVerb verb, Real index, Index rows, Fault* fault) {
  // The range first: a number beyond it (or NaN) must not be converted.
  const bool inside = index >= 0 && index < static_cast<Real>(rows);
  const Index row = inside ? static_cast<Index>(index) : 0;
  if ((!inside || static_cast<Real>(row) != index) &&
      atomicCAS(&fault->verb, static_cast<int>(kNoFault), static_cast<int>(verb)) == kNoFault) {
    fault->index = index;
    fault->rows = rows;
  }
  return row;
}

// Errors: more elements than a kernel can index.
inline void check_elements(const char* op, Index elements) {
  engine::check(elements <= kMostElements, op, ": ", elements,
                " elements; a GPU kernel of this op ", "takes no more than ", kMostElements);
}

}  // namespace engine::cuda
