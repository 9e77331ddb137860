#include "layers/lipschitz/reshaped.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/linalg.h"
#include "layers/lipschitz/kernel.h"

namespace layers {

using namespace engine;

double reshaped_norm(const LinearMap& W) { return spectral_norm(flatten(W.weight)); }

std::array<double, 4> reshape_norms(const LinearMap& W) {
  const Tensor k = kernel(W);
  const Index o = k.dim(0), h = k.dim(1), w = k.dim(2), i = k.dim(3);
  return {spectral_norm(reshape(k, {o, h * w * i})), spectral_norm(reshape(k, {o * h, w * i})),
          spectral_norm(reshape(permute(k, {0, 2, 1, 3}), {o * w, h * i})),
          spectral_norm(reshape(k, {o * h * w, i}))};
}

double fantastic_four_bound(const LinearMap& W) {
  const std::array<double, 4> norms = reshape_norms(W);
  const Window w = W.window();
  return std::sqrt(w.kernel_h * w.kernel_w) * *std::min_element(norms.begin(), norms.end());
}

namespace {

// Position x of the image is read by output p through tap a where x = p stride + a dilation -
// before.
Index most_reads(Index extent, Index out, Index kernel, Index stride, Index dilation,
                 Index before) {
  std::vector<Index> reads(extent, 0);
  for (Index p = 0; p < out; ++p)
    for (Index a = 0; a < kernel; ++a) {
      const Index x = p * stride + a * dilation - before;
      if (x >= 0 && x < extent) ++reads[x];
    }
  return reads.empty() ? 0 : *std::max_element(reads.begin(), reads.end());
}

// Two taps a < a' meet one input only if s divides (a' - a) d, so they are s / gcd(s, d) apart.
Index most_reads_formula(Index out, Index kernel, Index stride, Index dilation) {
  const Index apart = stride / std::gcd(stride, dilation);
  return std::min(out, (kernel + apart - 1) / apart);
}

}  // namespace

Reads reads_exact(const LinearMap& W) {
  const Window w = W.window();
  return {most_reads(w.height, w.out_height, w.kernel_h, w.stride_h, w.dilation_h, w.top),
          most_reads(w.width, w.out_width, w.kernel_w, w.stride_w, w.dilation_w, w.left)};
}

Reads reads_formula(const LinearMap& W) {
  const Window w = W.window();
  return {most_reads_formula(w.out_height, w.kernel_h, w.stride_h, w.dilation_h),
          most_reads_formula(w.out_width, w.kernel_w, w.stride_w, w.dilation_w)};
}

double tsuzuku_bound(const LinearMap& W) {
  return std::sqrt(reads_exact(W).count()) * reshaped_norm(W);
}

}  // namespace layers
