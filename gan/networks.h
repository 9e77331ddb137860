// Networks from a run's settings: the model, and its constraints by name.
// Errors: an unknown model or constraint, an image size that does not fit.
#pragma once

#include "gan/config.h"
#include "gan/models/models.h"

namespace gan {

// Weights are drawn from engine/random.h.
Networks build_networks(const Config& config, const ImageSize& image);

}  // namespace gan
