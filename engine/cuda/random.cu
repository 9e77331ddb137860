// Philox numbers: element 4 b + i of a draw is word i of block counter + b, as on the CPU.
#include <cmath>
#include <numbers>

#include "engine/cuda/backend.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/pack.h"

namespace engine::cuda {
namespace {

constexpr std::uint64_t kStream = 0;  // tensors draw from stream 0; loaders have their own

__device__ inline Random4 block_of(const Live<RandomState>& from, Index block) {
  const RandomState at = from.get();
  return philox(at.seed, kStream, at.counter + static_cast<std::uint64_t>(block));
}

__device__ inline void keep(Real* x, Index block, Index n, const Pack<4>& values) {
  if (4 * block + 4 <= n) {
    store<4>(x, block, values);
  } else {
    for_each_element<4>(block, n, [&](Index k) { x[k] = values.value[k - 4 * block]; });
  }
}

__global__ void uniform_kernel(Live<RandomState> from, Index n, Real low, Real high, Real below,
                               Real* x) {
  const Index block = thread_number();
  if (4 * block >= n) return;
  const Random4 r = block_of(from, block);
  Pack<4> values;
  for (int i = 0; i < 4; ++i) {
    const Real value = low + (high - low) * unit_interval(r.word[i]);
    values.value[i] = value < below ? value : below;
  }
  keep(x, block, n, values);
}

// Box and Muller (1958): two uniform numbers make two normal ones; 1 - u keeps log away from 0.
__global__ void normal_kernel(Live<RandomState> from, Index n, Real mean, Real deviation, Real* x) {
  const Index block = thread_number();
  if (4 * block >= n) return;
  const Random4 r = block_of(from, block);
  Pack<4> values;
  for (int i = 0; i < 4; i += 2) {
    const Real radius = std::sqrt(-2 * std::log(static_cast<Real>(1) - unit_interval(r.word[i])));
    const Real angle = 2 * std::numbers::pi_v<Real> * unit_interval(r.word[i + 1]);
    values.value[i] = mean + deviation * radius * std::cos(angle);
    values.value[i + 1] = mean + deviation * radius * std::sin(angle);
  }
  keep(x, block, n, values);
}

}  // namespace

void CudaBackend::uniform(const Live<RandomState>& from, Index n, Real low, Real high, Real* x) {
  const Real below =
      high > low ? std::nextafter(high, low) : low;  // rounding must not return `high`
  launch("uniform", stream_, one_each((n + 3) / 4), &uniform_kernel, from, n, low, high, below, x);
}

void CudaBackend::normal(const Live<RandomState>& from, Index n, Real mean, Real deviation,
                         Real* x) {
  launch("normal", stream_, one_each((n + 3) / 4), &normal_kernel, from, n, mean, deviation, x);
}

}  // namespace engine::cuda
