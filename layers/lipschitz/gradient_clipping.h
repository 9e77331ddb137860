// Spectral gradient clipping: the gradient of a weight, as the reshaped matrix [O, kh kw I], with
// its largest singular value reduced to r times the second,
//
//   G <- G - max(0, s0 - r s1) u0 v0^T,                                                  r > 1,
//
// after accumulation and before the optimizer. (The poster prints min(0, .), which does nothing
// when s0 is too large and inflates the gradient when it is small, and exchanges the transposes of
// its power steps.) The top two triples come from subspace iteration with two columns and a
// Rayleigh-Ritz step; the deflated matrix G - s0 u0 v0^T is never formed.
//
// The matrix is the reshaped one: as an operator on images a gradient has s0/s1 of about 1, and the
// clip would never act. Matrices of one row or column have no second value and are unchanged; a
// gradient of rank one has s1 = 0 and is removed, as the formula says.
// Source: Sargent, "Lipschitz Constraints in Wasserstein GANs"; Brock, Donahue and Simonyan (2018).
// Cost: 4 iterations + 4 products of G with a vector; no value is read back to the host.
// Errors: r <= 1, fewer than one iteration, a gradient that is not a matrix or kernel.
#pragma once

#include "engine/engine.h"

namespace layers {

// The clipping of one weight's gradient; call it once per step.
struct SpectralGradientClipping {
  engine::Real r = 2;
  int iterations = 5;  // per step; s1 is approached from below, so too few clip too strongly
  engine::State subspace = {};  // the two right vectors, the start of the next step

  struct Result {
    engine::Tensor gradient;  // clipped
    engine::Tensor s0, s1;    // the two largest singular values before, one number each
  };
  Result operator()(const engine::Tensor& gradient);
};

}  // namespace layers
