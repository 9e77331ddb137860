// Pack: neighboring numbers that are read and written together, up to 16 bytes.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "engine/real.h"

namespace engine::cuda {

constexpr int kPack = 4;

template <int width>
struct alignas(width * sizeof(Real)) Pack {
  Real value[width];
};

// Element `i` of memory seen as packs.
template <int width>
__device__ inline Pack<width> load(const Real* x, Index i) {
  return reinterpret_cast<const Pack<width>*>(x)[i];
}
template <int width>
__device__ inline void store(Real* x, Index i, const Pack<width>& pack) {
  reinterpret_cast<Pack<width>*>(x)[i] = pack;
}

// Whether all of these may be read as whole packs.
template <class... Pointers>
bool aligned(Pointers... pointers) {
  return ((reinterpret_cast<std::uintptr_t>(pointers) % (kPack * sizeof(Real)) == 0) && ...);
}

// Calls body(element) for the up to `width` elements of item number i of n elements.
template <int width, class Body>
__device__ inline void for_each_element(Index i, Index n, const Body& body) {
  for (int j = 0; j < width; ++j)
    if (i * width + j < n) body(i * width + j);
}

}  // namespace engine::cuda
