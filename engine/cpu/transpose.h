// A matrix turned into its transpose.
#pragma once

#include "engine/real.h"

namespace engine::cpu {

// to[j][i] = from[i][j] for i < rows, j < columns.
void transpose(const Real* from, Index from_row, Index rows, Index columns, Real* to, Index to_row);

}  // namespace engine::cpu
