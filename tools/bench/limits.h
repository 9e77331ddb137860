// The machine's peaks, measured in the same run as the benchmarks: products of registers on all
// threads, and bytes copied between arrays larger than the caches.
#pragma once

namespace bench {

struct Limits {
  double exact = 0;   // GFLOP/s in float32
  double bf16 = 0;    // GFLOP/s of bf16 products with float32 sums; 0 if the machine has none
  double memory = 0;  // GB/s, reading and writing counted
};

Limits measure_limits();

}  // namespace bench
