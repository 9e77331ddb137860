// Method 2: power iteration on the map itself, v <- W^T u / |W^T u|, then u <- W v / |W v|. The
// estimate |W v| rises to sigma(W): until then it is a LOWER bound, with the actual padding,
// stride, dilation and image size. (The poster prints W^T in both lines, a misprint.) Source:
// Sargent, "Lipschitz Constraints in Wasserstein GANs", Method 2; Gouk et al. (2018). Cost: two
// convolutions per iteration and start. Errors: a start of another shape than the range; a weight
// without elements, or with non-finite ones.
#pragma once

#include <cstdint>
#include <vector>

#include "layers/linear_map.h"

namespace layers {

// |W v| after each iteration, from start u [n, ...range]: the largest of n starts. If W v = 0 it
// stays 0.
std::vector<double> power_method(const LinearMap& W, const engine::Tensor& start, int iterations);

// Sigma by power iteration from several random starts, for audits. It is a lower bound (up to
// rounding of Real). Does not use the process-wide random generator.
struct AuditOptions {
  int iterations = 200;
  engine::Index starts = 4;
  std::uint64_t seed = 1;
};
double audited_norm(const LinearMap& W, const AuditOptions& options = {});

}  // namespace layers
