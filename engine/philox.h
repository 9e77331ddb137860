// Philox4x32-10: random bits as a pure function of (seed, counter), the same on every device.
// Source: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
// Inline, header-only and free of state, so that the CPU, CUDA kernels and loaders share it.
#pragma once

#include <array>
#include <cstdint>

#include "engine/real.h"

namespace engine {

// A position in the sequence of a seed.
struct RandomState {
  std::uint64_t seed = 0;
  std::uint64_t counter = 0;  // blocks of four words drawn so far
  bool operator==(const RandomState&) const = default;
};

// One of a seed's sequences, 2^64 blocks long.
struct RandomStream {
  std::uint64_t seed = 0, stream = 0;
};

struct Random4 {  // one block of random words
  std::uint32_t word[4];
};

// Four independent 32-bit words for block number `block` of the sequence (seed, stream).
KANTOR_DEVICE inline Random4 philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t block) {
  std::uint32_t key0 = static_cast<std::uint32_t>(seed);
  std::uint32_t key1 = static_cast<std::uint32_t>(seed >> 32);
  std::uint32_t c0 = static_cast<std::uint32_t>(block);
  std::uint32_t c1 = static_cast<std::uint32_t>(block >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(stream);
  std::uint32_t c3 = static_cast<std::uint32_t>(stream >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ key0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ key1;
    c3 = static_cast<std::uint32_t>(p0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// A word as a number in [0, 1), a multiple of 2^-24: exact in float32.
KANTOR_DEVICE inline float unit_interval(std::uint32_t word) {
  return static_cast<float>(word >> 8) * 5.9604644775390625e-8f;
}

}  // namespace engine
