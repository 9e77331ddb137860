// Numbers that name the rows of a table, as gather, scatter_add and images take them.
#pragma once

#include "engine/check.h"
#include "engine/real.h"

namespace engine::cpu {

// Errors: an index that is not a row of a table with so many, naming the verb.
inline Index row_number(const char* verb, Real index, Index rows) {
  // The range first: a number beyond it (or NaN) must not be converted.
  const bool inside = index >= 0 && index < static_cast<Real>(rows);
  const Index row = inside ? static_cast<Index>(index) : 0;
  check(inside && static_cast<Real>(row) == index, verb, ": index ", index,
        " is not a row of a table with ", rows, " rows");
  return row;
}

}  // namespace engine::cpu
