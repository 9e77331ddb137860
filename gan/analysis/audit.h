// The audit of a run: compares the bounds that the discriminator's constraint promises with the
// actual ones, layer by layer (layers/lipschitz/audit.h) and for the whole network:
//
//   certified   the product of the layers' certified bounds, with the rules for sums and pools
//   empirical   the largest |grad_x D(x)| over real images, fakes, and points between the two
//   distance    D's estimate of the distance between N real images and N fakes beside the exact W1
//               of the same images: (mean D(real) - mean D(fake)) / certified <= W1
//
// For a conditional discriminator, images are compared within their class: bound and slope are also
// given for each class, and the distance is the mean over all images of W1 within their class.
// The discriminator's Lipschitz constant lies between the empirical and the certified value. Its
// estimate never exceeds the exact distance, by Kantorovich-Rubinstein duality. Cost: seconds to a
// minute. Errors: none of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "gan/models/models.h"
#include "layers/lipschitz/audit.h"

namespace gan::analysis {

using engine::Index;

constexpr Index kMostCompared = 1000;  // images per set for the exact distance

struct AuditRow {
  std::string name;  // of the layer, as in the checkpoint
  layers::LayerAudit found;
};

struct ClassAudit {
  std::string name;
  double certified = 0, empirical = 0;
};

struct DistanceAudit {
  Index images = 0;     // of each set
  double gap = 0;       // mean D(real) - mean D(fake)
  double rounding = 0;  // bound on the rounding error of the gap
  double exact = 0;     // W1 of these images
};

struct RunAudit {
  std::string constraint;
  std::vector<AuditRow> layers;
  double certified = 0, empirical = 0;  // certified: infinity if a layer has no bound
  DistanceAudit distance = {};
  std::vector<ClassAudit> classes = {};  // of a conditional discriminator

  bool bounded() const;

  // The lower bound of the distance that D certifies, gap / certified; and its fraction of the
  // exact distance.
  double told() const { return distance.gap / certified; }
  double reached() const { return told() / distance.exact; }

  // The inconsistent rows, one line each; empty if there are none.
  std::vector<std::string> contradictions() const;
};

// Audits networks whose discriminator has this constraint, using `images` images of the data; the
// noise of the fakes is drawn with this seed.
RunAudit audit(models::Networks& networks, const std::string& constraint, std::uint64_t seed,
               const datasets::Dataset& data, Index images);

std::string as_table(const RunAudit& audit);
std::string as_json(const RunAudit& audit);

}  // namespace gan::analysis
