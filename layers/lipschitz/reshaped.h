// Bounds from the reshaped kernel, by exact singular values of small matrices.
//
//   sigma(R) <= sigma(T)             if one window lies inside the image: R is a block of T
//   sigma(T) <= sqrt(n) sigma(R)     always (Method 1); n: the most reads of one input
//   sigma(T) <= sqrt(kh kw) min of the four reshapes (Fantastic Four)
//
// Proof of the second: |T x|^2 = sum over windows |R patch|^2 <= sigma(R)^2 sum over patches
// |patch|^2 <= sigma(R)^2 n |x|^2. For a transposed convolution they are those of its adjoint,
// which has the same norm. Cost: the cube of the smaller extent of R. Errors: none. Sources: Miyato
// et al. (2018) for R; Tsuzuku, Sato and Sugiyama (2018), here with dilation; Singla and Feizi,
// "Fantastic Four" (2021).
#pragma once

#include <array>

#include "layers/linear_map.h"

namespace layers {

double reshaped_norm(const LinearMap& W);  // sigma(R), R the kernel as [O, kh kw I]

// sigma of the kernel as R [O, kh kw I], S [O kh, kw I], T [O kw, kh I] and U [O kh kw, I].
std::array<double, 4> reshape_norms(const LinearMap& W);
double fantastic_four_bound(const LinearMap& W);

// The most reads of one input along each axis: pairs (output position, tap) that read it.
struct Reads {
  engine::Index h = 1, w = 1;
  engine::Index count() const { return h * w; }
};
Reads reads_exact(const LinearMap& W);    // counted
Reads reads_formula(const LinearMap& W);  // min(out, ceil(k / (s / gcd(s, d)))), never less

double tsuzuku_bound(const LinearMap& W);  // Method 1, with the exact reads

}  // namespace layers
