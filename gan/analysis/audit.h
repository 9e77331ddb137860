// The audit of a run: what the constraint of its discriminator promises against what is true, layer
// by layer (layers/lipschitz/audit.h) and for the whole network:
//
//   certified   the product of the layers' certified bounds, with the rules for sums and pools
//   empirical   the largest |grad_x D(x)| over real images, fakes, and points between the two
//   estimate    mean D(real) - mean D(fake); divided by the certified bound, it is a lower bound of
//               the W1 distance between the two sets of images
//
// A discriminator is as Lipschitz as the certified bound says, and no less than the empirical one.
// Cost: seconds to a minute. Errors: none of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "gan/models/models.h"
#include "layers/lipschitz/audit.h"

namespace gan::analysis {

struct AuditRow {
  std::string name;  // of the layer, as in the checkpoint
  layers::LayerAudit found;
};

struct RunAudit {
  std::string constraint;
  std::vector<AuditRow> layers;
  double certified = 0, empirical = 0, estimate = 0;
  double estimate_over_bound() const { return estimate / certified; }

  // The rows that are out of order, one line each; empty if all is well.
  std::vector<std::string> contradictions() const;
};

// Of networks whose discriminator has this constraint; `images` of the data are looked at, and the
// noise of the fakes is drawn from this seed.
RunAudit audit(models::Networks& networks, const std::string& constraint, std::uint64_t seed,
               const datasets::Dataset& data, models::Index images);

std::string as_table(const RunAudit& audit);
std::string as_json(const RunAudit& audit);

}  // namespace gan::analysis
