// Divider: division by a number that is fixed for a launch, as a multiplication and a shift; a
// division costs a GPU some twenty instructions. Source: Granlund and Montgomery, "Division by
// Invariant Integers using Multiplication" (1994), figure 4.1.
#pragma once

#include <cstdint>

#include "engine/real.h"

namespace engine::cuda {

struct Divider {
  std::uint32_t divisor = 1, multiplier = 1, shift = 0;

  Divider() = default;
  explicit Divider(Index by) : divisor(static_cast<std::uint32_t>(by)) {
    while ((std::uint64_t{1} << shift) < divisor) ++shift;
    multiplier = static_cast<std::uint32_t>(
        (std::uint64_t{1} << 32) * ((std::uint64_t{1} << shift) - divisor) / divisor + 1);
  }

  // For n below 2^31.
  KANTOR_DEVICE std::uint32_t quotient(std::uint32_t n) const {
    return (static_cast<std::uint32_t>(std::uint64_t{n} * multiplier >> 32) + n) >> shift;
  }
  // Leaves the quotient in n and returns the remainder.
  KANTOR_DEVICE std::uint32_t split(std::uint32_t& n) const {
    const std::uint32_t whole = quotient(n), rest = n - whole * divisor;
    n = whole;
    return rest;
  }
};

}  // namespace engine::cuda
