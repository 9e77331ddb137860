// Gram iteration: certified upper bounds without a start vector. With G_0 = K and G_(t+1) = G_t
// G_t^*, the singular values of G_t are sigma^(2^t), so any norm N >= sigma gives
// sigma(K) <= N(G_t)^(2^-t), and the quotient N / sigma, at most a dimension, shrinks to its
// 2^t-th root: t = 6 takes the 64th. The bound is deterministic and holds for every t. A row sum
// bounds the norm of Hermitian matrices only, so t must be at least 1 where N is a row sum.
//
// Space-to-depth (kernel.h) comes first unless stated otherwise: ignoring the stride loosens the
// bound by up to a factor of the stride. Source: Delattre et al., "Efficient Bound of Lipschitz
// Constant for Convolutional Layers by Gram Iteration" (2023), and for zero padding their "Spectral
// Norm of Convolutional Layers with Circular and Zero Paddings" (2024). A zero kernel gives zero.
// Errors: symbols of more than 4 GiB; a kernel without elements, or with non-finite ones.
#pragma once

#include "layers/linear_map.h"

namespace layers {

// Zero padding, any image size: G_t is a kernel of taps 2^t (k - 1) + 1, the full self-correlation,
// N the largest absolute row sum. `kernel` [O, kH, kW, I] is taken with stride 1, dilation 1.
// Errors: fewer than one iteration, or more than 20.
// Cost: N^2 t max(O, I)^3 for the N = 2^t (k - 1) + 1 taps that it ends with.
double gram_zero_padding(const engine::Tensor& kernel, int iterations);
// The number of real multiplications of that.
double gram_zero_padding_cost(const engine::Tensor& kernel, int iterations);

// The circular convolution on a torus: N the Frobenius norm of the largest symbol.
// Cost: H W t min(O, I)^3.
double gram_circular(const engine::Tensor& kernel, engine::Index height, engine::Index width,
                     int iterations);

// sigma(W) for the real padding, stride, dilation and image size: the circular form after
// space-to-depth, on the smallest torus that no window wraps around, so that T is a submatrix.
// Cost: P Q t min(O, s s I)^3, P x Q the output's extents.
double gram_bound(const LinearMap& W, int iterations = 6);

}  // namespace layers
