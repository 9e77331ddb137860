// Gray levels 0 .. 255 as numbers in [-1, 1], and back: the only place with these formulas, for
// reading images, making batches on either device, and writing.
//   plain:       x / 127.5 - 1
//   with noise:  (x + u) / 128 - 1            u uniform in [0, 1), from a random word
// Source of the second: the code of SN-GAN (Miyato et al. 2018).
#pragma once

#include "engine/philox.h"
#include "engine/real.h"

namespace engine {

// A gray level as a number; the second form adds noise from a random word.
KANTOR_DEVICE inline Real from_grey(Real level) { return level / static_cast<Real>(127.5) - 1; }
KANTOR_DEVICE inline Real from_grey(Real level, std::uint32_t word) {
  return (level + static_cast<Real>(unit_interval(word))) / 128 - 1;
}

// Not rounded, nor clipped.
KANTOR_DEVICE inline Real to_grey(Real value) {
  return static_cast<Real>(127.5) * value + static_cast<Real>(127.5);
}

}  // namespace engine
