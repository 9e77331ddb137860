// Method 2: power iteration on the map itself, v <- W^T u / |W^T u|, then u <- W v / |W v|. The
// estimate |W v| rises to sigma(W): before that it is a LOWER bound, with the real padding, stride,
// dilation and image size. (The poster prints W^T in both lines; so does nobody's working code.)
// Source: Sargent, "Lipschitz Constraints in Wasserstein GANs", Method 2; Gouk et al. (2018).
// Cost: two convolutions an iteration and start. Errors: a start of another shape than the range; a
// weight that has no elements, or some that are not finite.
#pragma once

#include <cstdint>
#include <vector>

#include "layers/linear_map.h"

namespace layers {

// |W v| after each of the iterations, from start u [n, ...range]: of n starts the largest.
// Where W v = 0 it stays 0.
std::vector<double> power_method(const LinearMap& W, const engine::Tensor& start, int iterations);

// Sigma by power iteration from several random starts: what a promise is audited with. It is a
// lower bound (up to the rounding of Real). Draws no number from the process-wide generator.
struct AuditOptions {
  int iterations = 200;
  engine::Index starts = 4;
  std::uint64_t seed = 1;
};
double audited_norm(const LinearMap& W, const AuditOptions& options = {});

}  // namespace layers
