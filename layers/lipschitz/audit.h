// The audit of a layer: the norm its constraint promises, its running estimate, a lower bound and a
// certified upper bound.
//   running <= audited <= certified            up to the tolerance of `consistent`
// and running is close to audited once its iteration has converged. (A running estimate of
// sigma(R), the norm of the reshaped kernel, is compared with sigma(R), because it may exceed
// sigma(W) if no whole window lies inside the image.) Source: see each bound in bounds.h. Cost:
// about 1,600 convolutions of one image, the singular values of the reshaped kernel and a Gram
// iteration: seconds for a wide layer.
#pragma once

#include <optional>
#include <string>

#include "layers/param.h"

namespace layers {

// The figures for one layer.
struct LayerAudit {
  std::optional<double> k;        // the norm that its constraints aim at, if they name one
  std::optional<double> running;  // |W v| or |R v| by the constraint's stored v, if it stores one
  bool of_matrix = false;         // whether `running` is |R v|
  bool behind = false;     // whether more iterations would raise `running`, or a later constraint
                           // changed the weight
  double audited = 0;      // sigma(W) after 200 power iterations from several starts
  double certified = 0;    // min(Method 1, Gram after space-to-depth)
  double reshaped = 0;     // sigma(R), by singular value decomposition
  double ratio = 0;        // sigma_1 / sigma_2 of R; 1 for a single row
  double stable_rank = 0;  // |R|_F^2 / sigma_1^2

  // Whether the row is consistent. Running may exceed audited by 1e-3, because near ties converge
  // slowly. It may be 5 % less, or less by any factor while it lags behind the weights, which in
  // early training change faster than one iteration per step can follow. A lower bound may exceed
  // an upper one only by rounding.
  bool consistent() const;
};

// Audits a weight that has been used since its last change; `name` is for messages. Runs in
// evaluation mode; advances no state. Errors: a weight without elements, or with non-finite ones.
LayerAudit audit(Param& weight, const std::string& name = "weight");

// A certified bound of the norm of `param`'s constrained weight for this map.
double certified_bound(Param& param, const LinearMap& map);

}  // namespace layers
