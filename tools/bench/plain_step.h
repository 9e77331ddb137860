// The settings of a preset for steps that are timed.
#pragma once

#include <limits>

#include "engine/device.h"
#include "gan/training/presets.h"

namespace bench {

// Without the work that is not part of every step; sets this process to its precision.
inline gan::training::Config plain_step(const gan::training::Preset& preset) {
  gan::training::Config config = preset.config();
  config.gradients_every = std::numeric_limits<engine::Index>::max();
  engine::set_precision(engine::precision_named(config.precision));
  return config;
}

}  // namespace bench
