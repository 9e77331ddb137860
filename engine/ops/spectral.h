// Matrices and their spectral norm: power iteration in place, and a weight scaled by the result.
// Source: Miyato et al., "Spectral Normalization for GANs" (2018), algorithm 1.
#pragma once

#include <span>

#include "engine/spectral.h"
#include "engine/tensor.h"

namespace engine {

// A matrix [m, n] with its top singular vectors u [1, m] and v [1, n] and sigma, one number.
struct TopTensors {
  Tensor w, u, v, sigma;
};

// A matrix whose vectors advance by so many rounds (spectral.h).
struct PowerIteration {
  TopTensors top;
  int rounds = 1;
};

// Advances all of them, in place. On CUDA they share their launches. Cost: two passes over the
// matrices per round. Errors: shapes that do not fit; several devices.
void power_iteration(std::span<const PowerIteration> all);

// w k / max(sigma, least), where sigma = |w v| was computed before; v is a constant. Gradients of
// every order. Cost: one pass; two more for the gradient.
Tensor scale_to_norm(const TopTensors& top, const NormScale& scale);

}  // namespace engine
