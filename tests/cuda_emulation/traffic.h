// What the device has done, counted by kernel while somebody asks for it (emulator.h).
#pragma once

#include "emulator.h"

namespace emulation {

bool counting();
// Counts one more piece of work of this name; null while nobody counts.
Traffic* counted(const std::string& name);

}  // namespace emulation
