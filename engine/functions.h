// Functions composed of the ops in engine/ops: they have no kernel and no gradient code, so
// gradients of every order follow. Axes may be negative. Cost: one pass over memory per op. Errors:
// those of the ops, or naming the function.
#pragma once

#include "engine/ops/reduce.h"
#include "engine/tensor.h"
#include "engine/window.h"

namespace engine {

Tensor norm(const Tensor& x);  // Euclidean norm of all elements, without overflow or underflow
Tensor dot(const Tensor& x, const Tensor& y);  // sum of x y
Tensor unit(const Tensor& x);                  // x / |x|; zero stays zero

// The divisor of x before squaring, so that no square overflows or underflows: 1 if the largest |x|
// is ordinary (or 0), else the largest |x|. A constant in gradients.
Tensor square_scale(const Tensor& x, const Axes& axes, bool keep = false);

// exp(x) / sum of exp(x) along an axis, and its logarithm, without overflow.
Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);

// For images [N, H, W, C]: the sum over pixels, [N, C], as in SN-GAN's ResNet critic; and each
// pixel repeated.
Tensor global_average_pool(const Tensor& x);
Tensor global_sum_pool(const Tensor& x);
Tensor upsample_nearest(const Tensor& x, Pair factor = 2);

Tensor eye(Index n);              // the identity matrix [n, n]
Tensor inverse(const Tensor& a);  // solve(a, identity); prefer solve if a product follows
// [n] whole numbers to [n, classes] of zeros with a one each. No gradient.
Tensor one_hot(const Tensor& index, Index classes);

}  // namespace engine
