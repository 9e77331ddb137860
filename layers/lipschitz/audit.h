// Truth beside the claim: what a constraint promises for a layer, what its running estimate says,
// what is certainly reached and what is certainly not exceeded.
//   running <= audited <= certified            up to the tolerance of `consistent`
// and running is near audited once its iteration has converged.
// (A running estimate of sigma(R), the reshaped kernel's, is compared with sigma(R): where no whole
// window lies inside the image it may be larger than sigma(W).)
// Source: reference to each bound in bounds.h. Cost: some 1,600 convolutions of one image, the
// singular values of the reshaped kernel and a Gram iteration: seconds for a wide layer.
#pragma once

#include <optional>
#include <string>

#include "layers/param.h"

namespace layers {

struct LayerAudit {
  std::optional<double> k;        // the norm that its constraints aim at, if they name one
  std::optional<double> running;  // |W v| or |R v| by the constraint's stored v, if it stores one
  bool of_matrix = false;         // whether that is |R v|
  bool behind = false;            // whether more iterations would lengthen it, or the weight that
                                  // is used is not the one that it sees
  double audited = 0;             // sigma(W) after 200 power iterations from several starts
  double certified = 0;           // min(Method 1, Gram after space-to-depth)
  double reshaped = 0;            // sigma(R), by singular value decomposition
  double ratio = 0;               // sigma_1 / sigma_2 of R; 1 for a single row
  double stable_rank = 0;         // |R|_F^2 / sigma_1^2

  // Whether the row is in order. Running may exceed audited by 1e-3, since near ties converge
  // slowly; and may be less by 5%, or by any factor while it is behind the weights, which in early
  // training change faster than one iteration a step can follow. A lower bound exceeds an upper one
  // by rounding only.
  bool consistent() const;
};

// Of a weight that has been used since its last change; `name` is for messages. Evaluates; advances
// no state. Errors: a weight that has no elements, or some that are not finite.
LayerAudit audit(Param& weight, const std::string& name = "weight");

// A certified bound of the norm of the weight that `param` gives for this map.
double certified_bound(Param& param, const LinearMap& map);

}  // namespace layers
