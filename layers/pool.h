// Pooling and upsampling as modules, on NHWC images.
//
// Lipschitz constants, with n the most windows that read one pixel: maximum sqrt(n), average sqrt(n
// / (kh kw)), global sum sqrt(H W), global average 1 / sqrt(H W), nearest upsampling sqrt(factor).
// (An average that excludes the padding has larger weights at the border; the bound uses the
// largest.)
#pragma once

#include <cmath>

#include "engine/engine.h"

namespace layers {

// The most windows that read one pixel.
double window_reads(const engine::PoolOptions& options, const engine::Shape& input);

// The mean of each window.
struct AveragePool {
  engine::PoolOptions options;
  engine::Tensor operator()(const engine::Tensor& x) const { return average_pool(x, options); }
  double lipschitz(const engine::Shape& input) const;
};

// The largest element of each window.
struct MaxPool {
  engine::PoolOptions options;
  engine::Tensor operator()(const engine::Tensor& x) const { return max_pool(x, options); }
  double lipschitz(const engine::Shape& input) const {
    return std::sqrt(window_reads(options, input));
  }
};

// The mean over all pixels: [N, H, W, C] to [N, C].
struct GlobalAveragePool {
  engine::Tensor operator()(const engine::Tensor& x) const { return global_average_pool(x); }
  static double lipschitz(const engine::Shape& input) {
    return 1 / std::sqrt(static_cast<double>(input[1] * input[2]));
  }
};

// The sum over all pixels: [N, H, W, C] to [N, C].
struct GlobalSumPool {
  engine::Tensor operator()(const engine::Tensor& x) const { return global_sum_pool(x); }
  static double lipschitz(const engine::Shape& input) {
    return std::sqrt(static_cast<double>(input[1] * input[2]));
  }
};

// Each pixel repeated factor.h x factor.w times.
struct UpsampleNearest {
  engine::Pair factor = 2;
  engine::Tensor operator()(const engine::Tensor& x) const { return upsample_nearest(x, factor); }
  double lipschitz(const engine::Shape&) const {
    return std::sqrt(static_cast<double>(factor.h * factor.w));
  }
};

}  // namespace layers
