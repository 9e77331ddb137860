// Presets: whole configurations by name, each with the source it follows and the score that source
// reports. One row per preset in presets.cpp; gan presets prints them. Scores are of CIFAR-10, by
// the source's own protocol, not ours. The average of the generator is ours throughout (no source has one); it is what the
// grids show and has no part in the training. Errors: an unknown name, with the known ones.
#pragma once

#include <span>
#include <string>

#include "gan/training/config.h"

namespace gan::training {

struct Preset {
  const char* name;
  const char* source;
  const char* expected;  // the source's score; "" if it has none
  Config (*config)();
};

inline constexpr const char* kDefaultPreset = "sn-small";

std::span<const Preset> presets();
const Preset& find_preset(const std::string& name);

// All of them: name, source, the settings that differ from the defaults, the score to expect.
std::string describe_presets();

}  // namespace gan::training
