// Running statistics. Compiled so that each operation rounds separately, as on CUDA.
#include "engine/cpu/backend.h"
#include "engine/cpu/derived.h"

namespace engine::cpu {

void CpuBackend::remember_moments(Index channels, Real momentum, Real factor, const Real* moments,
                                  Real* mean, Real* variance) {
  const auto take_in = [&](const Real* newest, Real weight, Real* running) {
    derived().forget(running, channels);
    for (Index c = 0; c < channels; ++c)
      running[c] = running[c] * (1 - momentum) + newest[c] * weight;
  };
  take_in(moments, momentum, mean);
  take_in(moments + channels, momentum * factor, variance);
}

}  // namespace engine::cpu
