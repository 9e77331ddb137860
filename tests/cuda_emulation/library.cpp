// Functions of the C library as a device computes them: exactly as the host or, with
// Habits::rounding, one unit in the last place beside it, always the same for the same argument.
#define EMULATED_LIBRARY
#include <bit>
#include <cmath>
#include <cstdint>

#include "emulation/library_names.h"
#include "emulator.h"

namespace emulation {
namespace {

// Exact results stay, which hardware gets right too: exp(0), log(1), tanh(0).
float as_on_device(float result, float x) {
  if (!habits().rounding || !std::isfinite(result) || result == std::trunc(result)) return result;
  const std::uint32_t mixed = std::bit_cast<std::uint32_t>(x) * 0x9e3779b1u >> 30;
  if (mixed < 2) return result;
  return std::nextafter(result, mixed == 2 ? -HUGE_VALF : HUGE_VALF);
}

}  // namespace
}  // namespace emulation

#define X(name) \
  extern "C" float emulated_##name##f(float x) { return emulation::as_on_device(std::name(x), x); }
EMULATED_FUNCTIONS(X)
#undef X
extern "C" float emulated_powf(float x, float y) {
  return emulation::as_on_device(std::pow(x, y), x);
}
