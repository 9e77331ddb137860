// Per-channel sums over the rows of an array [rows, channels], in double: one pass over memory, in
// chunks whose size does not depend on the thread count, added in order.
#pragma once

#include <vector>

#include "engine/cpu/parallel.h"
#include "engine/free_lists.h"

namespace engine::cpu {

// `add(row, sums)` adds the terms of one row to Sums accumulators per channel,
// sums[s * channels + c]. [i] is the total in the same layout.
template <int Sums>
class ChannelSums {
 public:
  template <class Add>
  ChannelSums(Index rows, Index channels, const Add& add) {
    const Index chunk = std::max<Index>(1, 2 * kGrain / std::max<Index>(1, channels));
    const Index chunks = std::max<Index>(1, (rows + chunk - 1) / chunk);
    const Index width = Sums * channels;
    partial_.assign(static_cast<std::size_t>(chunks * width), 0.0);
    parallel_for(rows, chunk, [&](Index begin, Index end) {
      double* sums = partial_.data() + begin / chunk * width;
      for (Index row = begin; row < end; ++row) add(row, sums);
    });
    for (Index c = 1; c < chunks; ++c)
      for (Index i = 0; i < width; ++i) partial_[i] += partial_[c * width + i];
  }
  double operator[](Index i) const { return partial_[i]; }

 private:
  FreeListVector<double> partial_;
};

}  // namespace engine::cpu
