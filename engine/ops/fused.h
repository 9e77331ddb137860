// Functions with a fused kernel: one pass over memory where plain ops would take several. Each
// carries its definition in plain ops (fused_op.h), so every order of gradient exists. Cost: that
// pass; one more for a gradient; for a second-order gradient, the cost of the definition. Errors:
// shapes that do not fit, naming the function and both.
#pragma once

#include "engine/geometry.h"
#include "engine/tensor.h"

namespace engine {

// activation(x + bias): x is [..., C], bias [C]. `slope` is leaky_relu's. One pass over memory.
Tensor bias_activation(const Tensor& x, const Tensor& bias, Activation kind, Real slope = 0);

// [2, C]: mean and biased variance of each channel of x [..., C], in one pass. No gradient. In a
// shared batch (shared_batch.h), x here and below is this process's part, and the moments are those
// of the whole batch.
Tensor moments(const Tensor& x);

// activation((x - mean) / sqrt(variance + epsilon) * gamma + beta) over all axes but the last, where
// mean and variance are those of x itself: `moments` must be moments(x), computed once by the
// caller. Source: Ioffe and Szegedy, "Batch Normalization" (2015). x is [..., C], gamma and beta
// [C]; `slope` is leaky_relu's.
Tensor batch_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, const Tensor& moments,
                  Real epsilon, Activation kind = Activation::none, Real slope = 0);

}  // namespace engine
