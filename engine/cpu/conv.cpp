// The convolution form: slot Y (forward) and slot W (weight gradient) as products of cached tiles
// of patches. Slot X is in conv_transpose.cpp.
#include <omp.h>

#include <algorithm>
#include <vector>

#include "engine/cpu/backend.h"
#include "engine/cpu/blas.h"
#include "engine/cpu/conv_transpose.h"
#include "engine/cpu/patches.h"

namespace engine::cpu {
namespace {

// Y [rows, out] = patches [rows, k] W^T, tile by tile, straight into place.
void conv_forward(const Window& window, const Real* x, const Real* w, Real* y) {
  const Patches patches = forward_patches(window, x);
  const Index k = patches.row_length(), rows = patches.rows(), tile = tile_rows(k);
#pragma omp parallel for schedule(static)
  for (Index begin = 0; begin < rows; begin += tile) {
    const Index end = std::min(rows, begin + tile);
    const Real* a = patches.gather(begin, end, tile_buffer(tile * k));
    gemm_block(false, true, end - begin, window.out, k, a, k, w, k, 0, y + begin * window.out,
               window.out);
  }
}

// W [out, k] = Y^T patches, summed over the tiles: each thread its share, then thread by thread.
void conv_weight(const Window& window, const Real* x, Real* w, const Real* y) {
  const Patches patches = forward_patches(window, x);
  const Index k = patches.row_length(), rows = patches.rows(), tile = tile_rows(k);
  const Index elements = window.out * k;
  const int threads =
      std::max(1, std::min<int>(omp_get_max_threads(), static_cast<int>((rows + tile - 1) / tile)));
  std::vector<Real> others(static_cast<std::size_t>(elements * (threads - 1)));
#pragma omp parallel num_threads(threads)
  {
    const int me = omp_get_thread_num();
    Real* mine = me == 0 ? w : others.data() + (me - 1) * elements;
    std::fill_n(mine, elements, Real(0));
#pragma omp for schedule(static)
    for (Index begin = 0; begin < rows; begin += tile) {
      const Index end = std::min(rows, begin + tile);
      const Real* a = patches.gather(begin, end, tile_buffer(tile * k));
      gemm_block(true, false, window.out, k, end - begin, y + begin * window.out, window.out, a, k,
                 1, mine, k);
    }
#pragma omp for schedule(static)
    for (Index i = 0; i < elements; ++i)
      for (int t = 1; t < threads; ++t) w[i] += others[(t - 1) * elements + i];
  }
}

}  // namespace

void CpuBackend::conv(Slot want, const Window& window, Real* x, Real* w, Real* y) {
  switch (want) {
    case Slot::Y:
      return conv_forward(window, x, w, y);
    case Slot::W:
      return conv_weight(window, x, w, y);
    case Slot::X:
      return conv_transpose(window, x, w, y);
  }
}

}  // namespace engine::cpu
