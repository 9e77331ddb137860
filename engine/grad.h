// grad: the derivative of a number with respect to tensors, of any order.
//
//   std::vector<Tensor> g = grad(loss, {w, b});             // g[0] = dloss/dw, g[1] = dloss/db
//   Tensor slope = grad(sum(critic(x)), {x}, true)[0];      // on the tape: can be differentiated
//
// Only nodes on a path from y to the xs are visited, so nothing else costs time: the generator's
// step never computes a weight gradient of the critic. Cost: about two forward passes over the
// nodes on the path. An x that y does not depend on gets zeros. Errors: y has more than one element
// and no cotangent of its shape is given.
#pragma once

#include <span>
#include <vector>

#include "engine/tensor.h"

namespace engine {

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs,
                         bool differentiable = false, const Tensor& cotangent = {});

// The same, in a list from the free lists: for steps that do not allocate from the heap.
TensorList gradients(const Tensor& y, std::span<const Tensor> xs, bool differentiable = false,
                     const Tensor& cotangent = {});

}  // namespace engine
