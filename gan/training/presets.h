// Presets: complete configurations by name, each with its source and the score that the source
// reports. One row per preset in presets.cpp; gan presets prints them. Scores are on CIFAR-10, by
// the source's own protocol, not ours. The generator's moving average is our addition (no source
// has one); the sample grids show it, and it does not affect training. Errors: an unknown name,
// with the known ones.
#pragma once

#include <string>

#include "engine/table.h"
#include "gan/training/config.h"

namespace gan::training {

struct Preset {
  const char* name;
  const char* source;
  const char* expected;  // the source's score; "" if it has none
  Config (*config)();
};

inline constexpr const char* kDefaultPreset = "sn-small";

engine::Table<Preset>& presets();
const Preset& find_preset(const std::string& name);

// All of them: name, source, settings that differ from the defaults, expected score.
std::string describe_presets();

}  // namespace gan::training
