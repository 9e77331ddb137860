// The activations that a kernel applies to a sum with its bias.
#pragma once

#include <cuda_runtime.h>

#include <cmath>

#include "engine/geometry.h"

namespace engine::cuda {

__device__ inline Real activate(Activation kind, Real x, Real slope) {
  if (kind == Activation::relu) return x <= 0 ? 0 : x;  // NaN stays
  if (kind == Activation::leaky_relu) return x > 0 ? x : slope * x;
  if (kind == Activation::tanh) return std::tanh(x);
  return x;
}

}  // namespace engine::cuda
