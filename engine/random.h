// Random numbers: counter-based (Philox), reproducible, the same on every device.
//
// Every draw takes the next numbers of one process-wide generator, whose whole state is two
// integers: save and restore them to continue the sequence. `uniform` is bit-identical across
// devices, `normal` (Box-Muller) agrees up to rounding.
#pragma once

#include <cstdint>

#include "engine/philox.h"
#include "engine/tensor.h"

namespace engine {

void seed(std::uint64_t value);  // restarts the sequence of this seed

// The state of the generator: to save, and to restore.
RandomState random_state();
void set_random_state(const RandomState& state);

Tensor uniform(const Shape& shape, Real low = 0, Real high = 1);  // in [low, high)
Tensor normal(const Shape& shape, Real mean = 0, Real deviation = 1);

}  // namespace engine
