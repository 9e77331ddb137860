// The networks of a run: its model, with its constraints on every layer of the discriminator.
// Weights are drawn from engine/random.h. Errors: an image size that does not fit; data without the
// classes that conditional networks learn.
#pragma once

#include "gan/models/models.h"
#include "gan/training/config.h"

namespace gan::training {

// `classes`: those of the data, if the settings ask for conditional networks.
models::Networks build_networks(const Config& config, const models::ImageSize& image,
                                Index classes);

// The classes of a conditional run; otherwise empty. Errors: fewer than two classes, or one without
// images.
std::vector<std::string> class_names(const Config& config, const datasets::Dataset& data);

}  // namespace gan::training
