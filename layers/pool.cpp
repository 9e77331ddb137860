#include "layers/pool.h"

#include "layers/lipschitz/reshaped.h"

namespace layers {

using namespace engine;

namespace {

// The pool's windows as a convolution of one channel with ones.
LinearMap windows(const PoolOptions& o, const Shape& input) {
  return LinearMap::conv(ones({1, o.kernel.h, o.kernel.w, 1}),
                         {.stride = o.stride, .padding = o.padding}, input[1], input[2]);
}

}  // namespace

double window_reads(const PoolOptions& options, const Shape& input) {
  return static_cast<double>(reads_exact(windows(options, input)).count());
}

// |y|^2 = sum over windows (sum of its m pixels)^2 / d^2 <= sum over windows m / d^2 |pixels|^2.
double AveragePool::lipschitz(const Shape& input) const {
  const double reads = window_reads(options, input);
  if (options.count_padding) {
    const auto size = static_cast<double>(options.kernel.h * options.kernel.w);
    return std::sqrt(reads / size);
  }
  // Here d = m, the pixels inside the image: the smallest window has the largest 1 / m.
  const Tensor inside = windows(options, input)(ones({1, input[1], input[2], 1}));
  return std::sqrt(reads / -max(-inside).item());
}

}  // namespace layers
