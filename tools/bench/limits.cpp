#include "tools/bench/limits.h"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/cpu/isa.h"
#include "engine/cpu/kernels/kernels.h"
#include "tools/bench/timing.h"

namespace bench {
namespace {

using engine::Index;

// The best of a few runs, so that other load on the machine does not lower the peak.
double best_rate(const std::function<double()>& amount) {
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    double done = 0;
    const double seconds = seconds_of([&] { done = amount(); });
    best = std::max(best, done / seconds / 1e9);
  }
  return best;
}

double on_all_threads(double (*saturate)(Index), Index times) {
  return best_rate([&] {
    double done = 0;
#pragma omp parallel reduction(+ : done)
    done += saturate(times);
    return done;
  });
}

double copied() {
  constexpr std::size_t kBytes = std::size_t{128} << 20;
  std::vector<char> from(kBytes, 1), to(kBytes, 2);
  return best_rate([&] {
#pragma omp parallel
    {
      const std::size_t share = kBytes / static_cast<std::size_t>(omp_get_num_threads());
      const std::size_t at = share * static_cast<std::size_t>(omp_get_thread_num());
      std::memcpy(to.data() + at, from.data() + at, share);
    }
    return 2.0 * kBytes;
  });
}

}  // namespace

Limits measure_limits() {
  namespace cpu = engine::cpu;
  Limits limits;
  limits.exact = on_all_threads(cpu::exact_kernel(cpu::isa())->saturate, 8'000'000);
  const cpu::Bf16Kernel* bf16 = cpu::bf16_kernel(cpu::isa());
  if (bf16 != nullptr) limits.bf16 = on_all_threads(bf16->block.saturate, 4'000'000);
  limits.memory = copied();
  return limits;
}

}  // namespace bench
