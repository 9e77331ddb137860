// GramNorm: k W / B(W), with B a certified upper bound of sigma(W): Gram iteration of the kernel
// after space-to-depth, for zero padding and any image size. No state, no randomness: the layer is
// provably k-Lipschitz from the first step on.
//   G_0 = K,  G_(t+1) = G_t correlated with itself at all shifts,
//   sigma <= (largest row sum of |G_t|)^(2^-t)
// Source: Delattre et al., "Spectral Norm of Convolutional Layers with Circular and Zero Paddings"
// (2024). Cost: 2^t (k - 1) + 1 taps per side times the cube of the smaller number of channels, so
// it suits narrow layers or few iterations. Errors: fewer than 1 iteration, or more than 6.
#pragma once

#include <cmath>

#include "layers/constraints/target.h"
#include "layers/lipschitz/kernel.h"

namespace layers {

struct GramNorm {
  int iterations = 2;
  Target target = {};

  static constexpr int kMostIterations = 6;  // each doubles the taps per side

  template <class V>
  void options(V& v) {
    v("iterations", iterations, kMostIterations);
    v(target);
  }

  engine::Tensor operator()(const LinearMap& W) const { return target.scale(W.weight, bound(W)); }

  // Differentiable in the weight, at every order.
  engine::Tensor bound(const LinearMap& W) const {
    engine::check(iterations >= 1 && iterations <= kMostIterations,
                  "gram: iterations must be from 1 to ", kMostIterations, ", got ", iterations);
    engine::Tensor G = polyphase(W);  // [O, kH, kW, I]; its adjoint [I, ..., O] has the same norm
    if (G.dim(3) < G.dim(0)) G = permute(G, {3, 1, 2, 0});
    engine::Tensor sigma = engine::scalar(1);
    engine::Real root = 1;
    for (int t = 0; t < iterations; ++t) {
      // Scaled to size 1 before squaring: the bound is homogeneous, so the factor is a constant.
      const engine::Tensor size = maximum(max(abs(G.detach())), engine::scalar(kSmallest));
      sigma = sigma * power(size, root);
      G = G / size;
      G = conv2d(G, G, {.padding = engine::Padding(G.dim(1) - 1, G.dim(2) - 1)});
      root /= 2;
    }
    const engine::Tensor rows = max(sum(abs(G), {1, 2, 3}));
    return sigma * power(maximum(rows, engine::scalar(kSmallest)), root);
  }

 private:
  static constexpr engine::Real kSmallest = 1e-12F;  // a zero weight stays zero
};

}  // namespace layers
