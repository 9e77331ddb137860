// Aol: k K diag(t)^(-1/2) with t_j = sum over i and shifts of |K^T * K|: almost-orthogonal
// Lipschitz layers. The map's norm is certified to be at most k, without iterations or state, for
// zero padding, any stride and transposed convolutions. The bound is loose until training brings
// the kernel near orthogonality. Source: Prach and Lampert, "Almost-Orthogonal Layers" (2022),
// theorems 1 and 2. Cost: one convolution of the kernel with itself.
#pragma once

#include "layers/constraints/target.h"
#include "layers/linear_map.h"

namespace layers {

struct Aol {
  Target target = {};

  template <class V>
  void options(V& v) {
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) const {
    const engine::Tensor scale = square_scale(flatten(W.weight), {0, 1});
    const engine::Tensor weight = W.weight / scale;
    const bool dense = weight.rank() == 2;
    const engine::Tensor kernel =
        dense ? reshape(weight, {weight.dim(0), 1, 1, weight.dim(1)}) : weight;
    // The kernel's input channels as images [I, kH, kW, O], correlated with each other at all
    // shifts.
    const engine::Tensor images = permute(kernel, {3, 1, 2, 0});
    const engine::Index h = kernel.dim(1) - 1, w = kernel.dim(2) - 1;
    const engine::Tensor gram = conv2d(images, images, {.padding = engine::Padding(h, w)});
    constexpr engine::Real kSmallest = 1e-24F;  // a channel of zeros stays zero
    const engine::Tensor t = maximum(sum(abs(gram), {0, 1, 2}), engine::scalar(kSmallest));
    return target.scale(W.weight, scale * sqrt(t));  // a number for each input channel
  }
};

}  // namespace layers
