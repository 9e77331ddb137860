// Plain data of the verbs on spectral norms: a matrix with its top singular pair, for power
// iteration, and how a weight is scaled to a norm.
#pragma once

#include "engine/real.h"

namespace engine {

// A matrix w [m, n] and its top singular pair, u [m] and v [n] of length 1, with sigma = |w v|. In
// each round v becomes w^T u / |w^T u|, and u becomes w v / sigma. With no rounds, u and sigma
// become those of the v given.
struct TopPair {
  Index m = 0, n = 0;
  const Real* w = nullptr;
  Real *u = nullptr, *v = nullptr, *sigma = nullptr;
  int rounds = 1;

  // A round adds this part of v to w^T u. It is far below rounding, unless the weight is zero: then
  // it preserves v, which would otherwise become zero and stay zero.
  static constexpr Real kKept = sizeof(Real) == 4 ? 1e-15F : 1e-30F;
};

// z = w k / max(sigma, least); the gradient also flows through sigma, or not.
struct NormScale {
  Real k = 1, least = 0;
  bool through_sigma = true;

  KANTOR_DEVICE Real factor(Real sigma) const { return k / (sigma < least ? least : sigma); }
  // The share of the cotangent of max(sigma, least) that sigma receives; where equal, half of it.
  KANTOR_DEVICE Real share(Real sigma) const {
    if (!through_sigma || sigma < least) return 0;
    return sigma > least ? Real(1) : Real(0.5);
  }
};

}  // namespace engine
