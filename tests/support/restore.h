// Restore: restores engine settings that a test changes: instructions, precision, the convolution
// algorithm, threads.
#pragma once

#include <omp.h>

#include "engine/algorithm.h"
#include "engine/cpu/isa.h"
#include "engine/device.h"

namespace tests {

class Restore {
 public:
  Restore() = default;
  ~Restore() {
    engine::cpu::set_isa(isa_);
    engine::set_precision(precision_);
    engine::set_algorithm(algorithm_);
    omp_set_num_threads(threads_);
  }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  engine::cpu::Isa isa_ = engine::cpu::isa();
  engine::Precision precision_ = engine::precision();
  engine::Algorithm algorithm_ = engine::algorithm();
  int threads_ = omp_get_max_threads();
};

}  // namespace tests
