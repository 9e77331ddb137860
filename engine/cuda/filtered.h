// Convolutions by minimal filters (engine/filtering.h) on CUDA: three kernels around one batched
// product. A tile of F(2x2, 3x3) writes and reads 4 values for each pixel where patches take 9, and
// a product needs 16 multiplications instead of 36.
//
//   tiles of the source    V = B x      [points, tiles, depth]
//   weights                U = G w      [points, depth, out]
//   product of each point  M = V U      [points, tiles, out]
//   results                y = A^T M
//
// Slot W multiplies V by A y over all tiles, and G^T transforms the products back. The shape alone
// chooses; precision `highest` uses the filters that are as accurate as the direct sum, the other
// precisions compute the definition: tensor cores multiply faster than memory delivers tiles.
#pragma once

#include <optional>

#include "engine/filtered_window.h"
#include "engine/free_lists.h"

namespace engine::cuda {

// Slots Y and W. Empty if the definition moves fewer bytes.
std::optional<Filtering> filtering(const Window& window);
// The phases of slot X. Empty unless each of them gains.
FreeListVector<Filtering> filtering_of_phases(const Window& window);

}  // namespace engine::cuda
