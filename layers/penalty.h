// Gradient penalties: what a critic pays for slopes, instead of or besides a constraint. A critic's
// slope at a sample is the norm of its gradient by that sample, over all the sample's numbers.
//
//   const Tensor x = between(real, fake);
//   loss = loss + 10 * mean(square(slopes(critic, x) - 1));       // two-sided: WGAN-GP
//   loss = loss + 10 * mean(square(relu(slopes(critic, x) - 1)));  // one-sided: WGAN-LP
//
// Source: Gulrajani et al., "Improved Training of Wasserstein GANs" (2017), equation 3; Petzka,
// Fischer and Lukovnikov, "On the regularization of Wasserstein GANs" (2018), equation 8.
// Cost: a forward and a backward pass; the same again, about twice, when they are differentiated.
#pragma once

#include <algorithm>

#include "engine/engine.h"
#include "layers/module.h"

namespace layers {

// Samples at random places between those of a and b, each at its own. Errors: shapes that differ.
inline engine::Tensor between(const engine::Tensor& a, const engine::Tensor& b) {
  engine::check(a.shape() == b.shape(), "between: samples must have one shape, got ", a.shape(),
                " and ", b.shape());
  const engine::Tensor places = engine::uniform({a.dim(0), 1});
  const engine::Tensor from = reshape(a, {a.dim(0), -1}), to = reshape(b, {b.dim(0), -1});
  return reshape(from + places * (to - from), a.shape());
}

// The slope of `critic` at each sample of x [N, ...]: [N], to be differentiated once more. Where
// there is no slope its derivative is zero.
inline engine::Tensor slopes(Sequential& critic, const engine::Tensor& x) {
  constexpr engine::Real kSmallest = 1e-12F;  // the root's derivative is infinite at zero
  const engine::Tensor at = x.detach();
  const engine::Tensor gradient = grad(sum(critic(at)), {at}, /*differentiable=*/true)[0];
  return sqrt(sum(square(reshape(gradient, {x.dim(0), -1})), {1}) + kSmallest);
}

}  // namespace layers
