// The networks of a run: its model, with its constraints on every layer of the discriminator.
// Weights are drawn from engine/random.h. Errors: an image size that does not fit.
#pragma once

#include "gan/models/models.h"
#include "gan/training/config.h"

namespace gan::training {

inline models::Networks build_networks(const Config& config, const models::ImageSize& image) {
  const models::Model& model = models::find_model(config.model);
  return models::build_networks(model.name, image, config.constraint(model.constrained(image)));
}

}  // namespace gan::training
