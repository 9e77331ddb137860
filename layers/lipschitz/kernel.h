// The kernel of a linear map as a tensor [O, kH, kW, I] (of a dense weight: 1x1), and the two
// rewritings that turn any convolution into one of stride 1 and dilation 1 with the same values:
//
//   zero_stuffed     dilation d: the same taps, d - 1 zeros between them      k' = d (k - 1) + 1
//   space_to_depth   stride s: the s s phases of the image become channels    k' = ceil(k / s)
//
// With y[p] = sum_a K[a] x[p s + a] and a = s b + phase,
//   y[p] = sum_b sum_phase K[s b + phase] x_phase[p + b],
// a convolution of stride 1 that reads all phases. So every bound for stride 1 is a bound for
// stride s, and a far better one than ignoring the stride. Cost: one pass over the kernel. Errors:
// a weight without elements.
#pragma once

#include "layers/linear_map.h"

namespace layers {

engine::Tensor kernel(const LinearMap& W);
engine::Tensor zero_stuffed(const engine::Tensor& kernel, engine::Pair dilation);
engine::Tensor space_to_depth(const engine::Tensor& kernel, engine::Pair stride);

// Both, for the stride and dilation of W: a kernel of stride 1 and dilation 1.
engine::Tensor polyphase(const LinearMap& W);

}  // namespace layers
