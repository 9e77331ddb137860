// Writes the rows of a product with patches to their pixels.
#pragma once

#include <algorithm>

#include "engine/cpu/activate.h"
#include "engine/cpu/patches.h"
#include "engine/cpu/product.h"

namespace engine::cpu {

// image [pixels, n] = patches b, with the epilogue while a block is in cache. pixel(at) is the
// number of the walk's current pixel; if it equals the row number (`in_order`), rows are computed
// in place.
template <class B, class Pixel>
void multiply_patches(const Patches& patches, const B& b, Index n, const Epilogue& epilogue,
                      bool in_order, Real* image, const Pixel& pixel) {
  const auto place = [&](Index m0, Index m1, Index n0, Index n1) {
    if (in_order) return Place{image + m0 * n + n0, n};
    return Place{thread_scratch((m1 - m0) * (n1 - n0), 4), n1 - n0};
  };
  const auto finish = [&](Index m0, Index m1, Index n0, Index n1) {
    const Place z = place(m0, m1, n0, n1);
    if (epilogue.bias)
      activate(epilogue, m1 - m0, n1 - n0, z.data, z.row, epilogue.bias + n0, z.data, z.row);
    if (in_order) return;
    RowWalk at(patches.order, m0);
    for (Index m = m0; m < m1; ++m, at.next())
      std::copy_n(z.data + (m - m0) * z.row, n1 - n0, image + pixel(at) * n + n0);
  };
  multiply_by_rows(patches.rows(), n, patches.row_length(), PatchesTimes{patches}, b, place,
                   finish);
}

}  // namespace engine::cpu
