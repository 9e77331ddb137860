// The images of a run, opened as its settings say (data.resize, data.channels, data.orientation).
//   const auto data = open_data(config, config.data);
// Errors: those of datasets::open().
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"
#include "gan/training/config.h"

namespace gan::training {

std::unique_ptr<datasets::Dataset> open_data(const Config& config, const std::string& spec);

}  // namespace gan::training
