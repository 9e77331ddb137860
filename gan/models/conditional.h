// What is of one class in conditional networks and the same for all in others: the generator's batch
// norms and the discriminator's last layer.
// Source: Miyato and Koyama, "cGANs with Projection Discriminator" (2018).
#pragma once

#include <functional>

#include "gan/models/models.h"
#include "layers/layers.h"

namespace gan::models {

inline void add_norm(layers::Sequential& generator, Index channels, const Options& options) {
  if (options.classes > 0)
    generator.add(layers::ClassBatchNorm(channels, options.classes));
  else
    generator.add(layers::BatchNorm(channels));
}

// `start` takes the layer, one or the other, and gives it with its first values.
template <class Start = std::identity>
void add_head(layers::Sequential& discriminator, Index features, layers::LinearOptions form,
              const Constraints& constraints, const Options& options, const Start& start = {}) {
  if (options.classes > 0)
    discriminator.add(start(layers::Projection(features, options.classes, form, constraints)));
  else
    discriminator.add(start(layers::Linear(features, 1, form, constraints)));
}

}  // namespace gan::models
