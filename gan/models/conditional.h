// The parts of a network that depend on the class if it is conditional: the generator's batch norms
// and the discriminator's last layer. Unconditional networks get the plain layers. Source: Miyato
// and Koyama, "cGANs with Projection Discriminator" (2018).
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

// `start` receives the layer and returns it with its initial values.
template <class Start = std::identity>
void add_head(layers::Sequential& discriminator, Index features, layers::LinearOptions form,
              const Constraints& constraints, const Options& options, const Start& start = {}) {
  if (options.classes > 0)
    discriminator.add(start(layers::Projection(features, options.classes, form, constraints)));
  else
    discriminator.add(start(layers::Linear(features, 1, form, constraints)));
}

}  // namespace gan::models
