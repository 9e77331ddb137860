// RandomOrder: exactly the permutations of NumPy's RandomState, because the scores of other tools
// depend on them (torch-fidelity shuffles with seed 2020).
//   RandomOrder(2020).permutation(n)   numpy.random.RandomState(2020).permutation(n)
// Source: Mersenne Twister seeded by init_genrand (Matsumoto and Nishimura, 1998), which is also
// std::mt19937's; Fisher-Yates from the last element down, with indices by masked rejection.
// Cost: about 10 ns per element. Errors: more than 2^32 elements, a subset larger than its set,
// draws from an empty set.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "engine/real.h"

namespace gan::metrics {

using engine::Index;

class RandomOrder {
 public:
  explicit RandomOrder(std::uint32_t seed) : twister_(seed) {}

  std::vector<Index> permutation(Index n);
  // `count` distinct numbers from 0 .. n - 1: choice(n, count, replace=False).
  std::vector<Index> subset(Index n, Index count);
  // `count` numbers from 0 .. n - 1, with replacement: randint(n, size=count).
  std::vector<Index> draws(Index n, Index count);

 private:
  std::uint32_t up_to(std::uint32_t most);  // uniform in 0 .. most
  std::mt19937 twister_;
};

}  // namespace gan::metrics
