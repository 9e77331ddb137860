#include "engine/cpu/transpose.h"

#include <cstring>

namespace engine::cpu {

// Squares of four by four in registers.
void transpose(const Real* from, Index from_row, Index rows, Index columns, Real* to,
               Index to_row) {
  using Four __attribute__((vector_size(4 * sizeof(Real)))) = Real;
  const Index whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
  for (Index i = 0; i < whole_rows; i += 4)
    for (Index j = 0; j < whole_columns; j += 4) {
      Four x[4];
      for (int r = 0; r < 4; ++r) std::memcpy(&x[r], from + (i + r) * from_row + j, sizeof(Four));
      const Four low01 = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
      const Four high01 = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
      const Four low23 = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
      const Four high23 = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
      x[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
      x[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
      x[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
      x[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
      for (int c = 0; c < 4; ++c) std::memcpy(to + (j + c) * to_row + i, &x[c], sizeof(Four));
    }
  for (Index i = 0; i < rows; ++i)
    for (Index j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
      to[j * to_row + i] = from[i * from_row + j];
}

}  // namespace engine::cpu
