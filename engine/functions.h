// Functions of tensors that are made of the ops of engine/ops and of nothing else: no kernel, no
// gradient of their own, so every order of it follows. Axes may be negative.
// Cost: that of their ops, a pass over memory each. Errors: as those ops, or naming the function.
#pragma once

#include "engine/ops/reduce.h"
#include "engine/tensor.h"
#include "engine/window.h"

namespace engine {

Tensor norm(const Tensor& x);  // Euclidean norm of all elements, whatever their size
Tensor dot(const Tensor& x, const Tensor& y);
Tensor unit(const Tensor& x);  // x / |x|; zero stays zero

// By what x is divided before it is squared, so that no square leaves the range of Real: 1 where
// the largest |x| is ordinary (or 0), else that. A constant in gradients.
Tensor square_scale(const Tensor& x, const Axes& axes, bool keep = false);

Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);

// Of images [N, H, W, C]: to [N, C], the sum as in SN-GAN's ResNet critic; and each pixel repeated.
Tensor global_average_pool(const Tensor& x);
Tensor global_sum_pool(const Tensor& x);
Tensor upsample_nearest(const Tensor& x, Pair factor = 2);

Tensor eye(Index n);              // the identity matrix [n, n]
Tensor inverse(const Tensor& a);  // solve(a, identity); prefer solve where a product follows
// [n] whole numbers to [n, classes] of zeros with a one each. No gradient.
Tensor one_hot(const Tensor& index, Index classes);

}  // namespace engine
