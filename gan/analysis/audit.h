// The audit of a run: what the constraint of its discriminator promises against what is true, layer
// by layer (layers/lipschitz/audit.h) and for the whole network:
//
//   certified   the product of the layers' certified bounds, with the rules for sums and pools
//   empirical   the largest |grad_x D(x)| over real images, fakes, and points between the two
//   distance    D's estimate of the distance between N real images and N fakes beside the exact W1
//               of the same images: (mean D(real) - mean D(fake)) / certified <= W1
//
// A discriminator is as Lipschitz as the certified bound says, and no less than the empirical one.
// Its estimate never exceeds the exact distance: that is Kantorovich-Rubinstein duality.
// Cost: seconds to a minute. Errors: none of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "gan/models/models.h"
#include "layers/lipschitz/audit.h"

namespace gan::analysis {

using engine::Index;

constexpr Index kMostCompared = 1000;  // images of each set whose exact distance is taken

struct AuditRow {
  std::string name;  // of the layer, as in the checkpoint
  layers::LayerAudit found;
};

struct DistanceAudit {
  Index images = 0;     // of each set
  double gap = 0;       // mean D(real) - mean D(fake)
  double rounding = 0;  // by how much the gap may be off
  double exact = 0;     // W1 of these images
};

struct RunAudit {
  std::string constraint;
  std::vector<AuditRow> layers;
  double certified = 0, empirical = 0;
  DistanceAudit distance = {};

  // The lower bound of the distance that D certifies: gap / certified; and what share of the exact
  // distance that is.
  double told() const { return distance.gap / certified; }
  double reached() const { return told() / distance.exact; }

  // The rows that are out of order, one line each; empty if all is well.
  std::vector<std::string> contradictions() const;
};

// Of networks whose discriminator has this constraint; `images` of the data are looked at, and the
// noise of the fakes is drawn from this seed.
RunAudit audit(models::Networks& networks, const std::string& constraint, std::uint64_t seed,
               const datasets::Dataset& data, Index images);

std::string as_table(const RunAudit& audit);
std::string as_json(const RunAudit& audit);

}  // namespace gan::analysis
