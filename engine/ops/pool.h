// Pooling of NHWC images. Average pooling is linear, and its adjoint is a separate op; maximum
// pooling sends the gradient to the (first) largest element, at every order. Cost: one pass.
// Errors: shapes that do not fit.
#pragma once

#include "engine/tensor.h"
#include "engine/window.h"

namespace engine {

// The average or the largest element of each window, for each channel.
Tensor average_pool(const Tensor& x, const PoolOptions& options = {});
Tensor max_pool(const Tensor& x, const PoolOptions& options = {});

}  // namespace engine
