// Pooling and upsampling of NHWC images. Average pooling is linear and its adjoint an op of its
// own; maximum pooling sends the gradient to the (first) largest element, at every order. Cost: one
// pass. Errors: shapes that do not fit.
#pragma once

#include "engine/ops/window.h"
#include "engine/tensor.h"

namespace engine {

Tensor average_pool(const Tensor& x, const PoolOptions& options = {});
Tensor max_pool(const Tensor& x, const PoolOptions& options = {});

Tensor global_average_pool(const Tensor& x);  // [N, H, W, C] to [N, C]
Tensor global_sum_pool(const Tensor& x);      // as in SN-GAN's ResNet critic

Tensor upsample_nearest(const Tensor& x, Pair factor = 2);

}  // namespace engine
