// Philox numbers: element 4 b + i of a draw is word i of block counter + b.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/cpu/backend.h"
#include "engine/cpu/parallel.h"
#include "engine/philox.h"

namespace engine::cpu {
namespace {

// Calls make(block number, values[4]) for every block and keeps the first n values.
template <class Make>
void fill_blocks(Index n, Real* x, const Make& make) {
  parallel_for((n + 3) / 4, kGrain / 8, [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      Real values[4];
      make(static_cast<std::uint64_t>(block), values);
      for (Index i = 0; i < 4 && 4 * block + i < n; ++i) x[4 * block + i] = values[i];
    }
  });
}

constexpr std::uint64_t kStream = 0;  // tensors draw from stream 0; loaders have their own

}  // namespace

void CpuBackend::uniform(const Live<RandomState>& from, Index n, Real low, Real high, Real* x) {
  const RandomState at = from.get();
  const Real below =
      high > low ? std::nextafter(high, low) : low;  // rounding must not return `high`
  fill_blocks(n, x, [&](std::uint64_t block, Real* values) {
    const Random4 r = philox(at.seed, kStream, at.counter + block);
    for (int i = 0; i < 4; ++i)
      values[i] = std::min(low + (high - low) * unit_interval(r.word[i]), below);
  });
}

// Box and Muller (1958): two uniform numbers make two normal ones; 1 - u keeps log away from 0.
void CpuBackend::normal(const Live<RandomState>& from, Index n, Real mean, Real deviation,
                        Real* x) {
  const RandomState at = from.get();
  fill_blocks(n, x, [&](std::uint64_t block, Real* values) {
    const Random4 r = philox(at.seed, kStream, at.counter + block);
    for (int i = 0; i < 4; i += 2) {
      const Real radius = std::sqrt(-2 * std::log(Real(1) - unit_interval(r.word[i])));
      const Real angle = 2 * std::numbers::pi_v<Real> * unit_interval(r.word[i + 1]);
      values[i] = mean + deviation * radius * std::cos(angle);
      values[i + 1] = mean + deviation * radius * std::sin(angle);
    }
  });
}

}  // namespace engine::cpu
