// The largest singular values of a linear map whose matrix is too large to form: block Lanczos
// iteration on W W^T (or W^T W, whichever is smaller), that is block Golub-Kahan, with full
// reorthogonalization. A block of random vectors grows into the Krylov space of the map; the
// eigenvalues of W W^T within that space rise to the largest ones. Lower values converge last, and
// values that have not converged are left out.
//
//   std::vector<double> top = largest_singular_values(W, {.count = 24});
//
// Each value is a lower bound of the exact value of the same rank (Cauchy's interlacing), up to the
// rounding of Real; multiple values are found as often as they occur.
// Source: Golub and Underwood, "The block Lanczos method for computing eigenvalues" (1977).
// Cost: two convolutions for each vector of the space, and a product of the space with itself: a
// second for 16384 x 16384. Draws no number from the process-wide generator.
#pragma once

#include <cstdint>
#include <vector>

#include "layers/linear_map.h"

namespace layers {

// How many values to find, and how much work to spend.
struct LargestOptions {
  engine::Index count = 24;        // values wanted
  engine::Index block = 4;         // vectors per application of the map
  engine::Index most = 400;        // vectors of the space
  double tolerance = 2e-3;         // relative error of a value that counts as converged
  engine::Index memory = 1 << 27;  // numbers that the space may take
  std::uint64_t seed = 1;
};

// Descending; `count` of them at most, one at least.
std::vector<double> largest_singular_values(const LinearMap& W, const LargestOptions& options = {});

}  // namespace layers
