// Work shared between the OpenMP threads. Chunks depend only on the amount of work, not on the
// number of threads, so that sums over chunks are the same for any thread count.
#pragma once

#include <algorithm>

#include "engine/real.h"

namespace engine::cpu {

// Calls body(begin, end) on pieces of [0, n), each of `grain` or fewer, in parallel.
template <class Body>
void parallel_for(Index n, Index grain, const Body& body) {
  const Index chunks = (n + grain - 1) / grain;
  if (chunks <= 1) {
    if (n > 0) body(Index{0}, n);
    return;
  }
#pragma omp parallel for schedule(static)
  for (Index c = 0; c < chunks; ++c) body(c * grain, std::min(n, (c + 1) * grain));
}

// Elements per thread that make a light operation worth parallelizing.
constexpr Index kGrain = 16384;

}  // namespace engine::cpu
