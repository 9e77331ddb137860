// What this machine can do at most, measured in the same run as what is compared with it: products
// of numbers in registers on all threads, and bytes copied between arrays larger than the caches.
#pragma once

namespace bench {

struct Limits {
  double exact = 0;   // GFLOP/s in float32
  double bf16 = 0;    // GFLOP/s of bf16 products with float32 sums; 0 where the machine has none
  double memory = 0;  // GB/s, reading and writing counted
};

Limits measure_limits();

}  // namespace bench
