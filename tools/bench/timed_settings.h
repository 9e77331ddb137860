// The settings of a preset for steps that are timed.
#pragma once

#include <limits>

#include "engine/tensor.h"
#include "gan/training/presets.h"

namespace bench {

// Without the work that is not part of every step.
inline gan::training::Config timed_settings(const gan::training::Preset& preset) {
  gan::training::Config config = preset.config();
  config.gradients_every = std::numeric_limits<engine::Index>::max();
  return config;
}

}  // namespace bench
