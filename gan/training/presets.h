// Presets: whole configurations by name, each with the source it follows. One row per preset in
// presets.cpp. The average of the generator is ours throughout (no source has one); it is what the
// grids show and has no part in the training. Errors: an unknown name, with the known ones.
#pragma once

#include <span>
#include <string>

#include "gan/training/config.h"

namespace gan::training {

struct Preset {
  const char* name;
  const char* source;
  Config (*config)();
};

inline constexpr const char* kDefaultPreset = "sn-small";

std::span<const Preset> presets();
const Preset& find_preset(const std::string& name);

}  // namespace gan::training
