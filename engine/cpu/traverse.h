// Walks two strided operands over common extents in row-major order, in parallel, one run of the
// innermost axis at a time.
#pragma once

#include "engine/cpu/parallel.h"
#include "engine/geometry.h"

namespace engine::cpu {

// Calls body(k, x, y, n): the run of n elements that starts at the k-th element of the traversal
// and at offsets x and y of the operands; along it the offsets grow by the innermost strides.
template <class Body>
void for_each_run(const Strides& s, const Body& body) {
  const int last = s.extents.rank() - 1;
  const Index inner = s.extents[last];
  parallel_for(s.extents.size(), kGrain, [&](Index begin, Index end) {
    std::array<Index, Shape::kMaxRank> position{};
    Index x = 0, y = 0;
    for (Index rest = begin, axis = last; axis >= 0; --axis) {
      const int i = static_cast<int>(axis);
      position[i] = rest % s.extents[i];
      rest /= s.extents[i];
      x += position[i] * s.x[i];
      y += position[i] * s.y[i];
    }
    for (Index k = begin; k < end;) {
      const Index n = std::min(inner - position[last], end - k);
      body(k, x, y, n);
      k += n;
      x += n * s.x[last];
      y += n * s.y[last];
      position[last] += n;
      for (int i = last; i > 0 && position[i] == s.extents[i]; --i) {
        position[i] = 0;
        ++position[i - 1];
        x += s.x[i - 1] - s.x[i] * s.extents[i];
        y += s.y[i - 1] - s.y[i] * s.extents[i];
      }
    }
  });
}

}  // namespace engine::cpu
