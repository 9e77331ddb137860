// A pixel h of x is read by tap a of window p where h + top = p stride + a dilation. Pixels with
// the same (h + top) mod stride meet the same taps: each such phase is a dense, stride-1
// convolution of y with some of the taps, so nothing is scattered, added twice or multiplied by
// zeros.
#include "engine/cpu/conv_transpose.h"

#include <algorithm>
#include <vector>

#include "engine/cpu/blas.h"
#include "engine/cpu/patches.h"

namespace engine::cpu {
namespace {

// The pixels first, first + stride, ... of one axis, and the taps they meet.
struct Phase {
  Index first, count;
  std::vector<Index> taps;     // numbers of kernel taps,
  std::vector<Index> offsets;  // and where in y the first pixel meets them, ascending
};

Phase phase_of_axis(Index first, Index extent, Index kernel, Index stride, Index dilation,
                    Index before) {
  Phase phase{first, (extent - first + stride - 1) / stride, {}, {}};
  for (Index a = kernel - 1; a >= 0; --a) {
    const Index distance = first + before - a * dilation;
    if (distance % stride != 0) continue;
    phase.taps.push_back(a);
    phase.offsets.push_back(distance / stride);
  }
  return phase;
}

// The taps of this phase as a matrix [taps * out, in].
std::vector<Real> phase_weights(const Window& window, const Phase& h, const Phase& w,
                                const Real* weights) {
  std::vector<Real> packed;
  packed.reserve(h.taps.size() * w.taps.size() * window.out * window.in);
  for (const Index a : h.taps)
    for (const Index b : w.taps)
      for (Index o = 0; o < window.out; ++o) {
        const Real* row = weights + ((o * window.kernel_h + a) * window.kernel_w + b) * window.in;
        packed.insert(packed.end(), row, row + window.in);
      }
  return packed;
}

void one_phase(const Window& window, const Phase& h, const Phase& w, Real* x, const Real* weights,
               const Real* y) {
  const std::vector<Real> packed = phase_weights(window, h, w, weights);
  const Patches patches{.image = y,
                        .n = window.n,
                        .height = window.out_height,
                        .width = window.out_width,
                        .channels = window.out,
                        .rows_h = h.count,
                        .rows_w = w.count,
                        .step_h = 1,
                        .step_w = 1,
                        .offset_h = h.offsets,
                        .offset_w = w.offsets};
  const Index k = patches.row_length(), rows = patches.rows(), tile = tile_rows(k), in = window.in;
  const bool dense = window.stride_h == 1 && window.stride_w == 1;
#pragma omp parallel for schedule(static)
  for (Index begin = 0; begin < rows; begin += tile) {
    const Index end = std::min(rows, begin + tile);
    Real* result = dense ? x + begin * in : tile_buffer(tile * in, 1);
    if (k == 0) {
      std::fill_n(result, (end - begin) * in, Real(0));
    } else {
      const Real* a = patches.gather(begin, end, tile_buffer(tile * k));
      gemm_block(false, false, end - begin, in, k, a, k, packed.data(), in, 0, result, in);
    }
    for (Index row = begin; !dense && row < end; ++row) {
      const Index j = row % w.count, i = row / w.count % h.count, n = row / (w.count * h.count);
      const Index pixel = (n * window.height + h.first + i * window.stride_h) * window.width +
                          w.first + j * window.stride_w;
      std::copy_n(result + (row - begin) * in, in, x + pixel * in);
    }
  }
}

}  // namespace

void conv_transpose(const Window& window, Real* x, const Real* w, const Real* y) {
  for (Index i = 0; i < std::min(window.stride_h, window.height); ++i)
    for (Index j = 0; j < std::min(window.stride_w, window.width); ++j)
      one_phase(window,
                phase_of_axis(i, window.height, window.kernel_h, window.stride_h, window.dilation_h,
                              window.top),
                phase_of_axis(j, window.width, window.kernel_w, window.stride_w, window.dilation_w,
                              window.left),
                x, w, y);
}

}  // namespace engine::cpu
