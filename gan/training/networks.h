// Networks from a run's settings: the model, and its constraints by name.
// Errors: an unknown model or constraint, an image size that does not fit.
#pragma once

#include "gan/models/models.h"
#include "gan/training/config.h"

namespace gan::training {

// Weights are drawn from engine/random.h.
models::Networks build_networks(const Config& config, const models::ImageSize& image);

}  // namespace gan::training
