// The audit of a run: what the constraint of its discriminator promises against what is true, layer
// by layer (layers/lipschitz/audit.h) and for the whole network:
//
//   certified   the product of the layers' certified bounds, with the rules for sums and pools
//   empirical   the largest |grad_x D(x)| over real images, fakes, and points between the two
//
// A discriminator is as Lipschitz as the certified bound says, and no less than the empirical one.
// Cost: seconds to a minute. Errors: a data set of other images than the run was trained on.
#pragma once

#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "gan/loaded_run.h"
#include "layers/lipschitz/audit.h"

namespace gan {

struct AuditRow {
  std::string name;  // of the layer, as in the checkpoint
  layers::LayerAudit found;
};

struct RunAudit {
  std::string constraint;
  std::vector<AuditRow> layers;
  double certified = 0, empirical = 0;

  // The rows that are out of order, one line each; empty if all is well.
  std::vector<std::string> contradictions() const;
};

RunAudit audit(LoadedRun& run, const datasets::Dataset& data, Index images);

std::string as_table(const RunAudit& audit);
std::string as_json(const RunAudit& audit);

}  // namespace gan
