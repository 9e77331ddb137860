// Random numbers for tests: std::mt19937_64, whose sequence the standard fixes, so that a draw is
// the same on every machine and independent of the engine's generator.
#pragma once

#include <algorithm>
#include <numeric>
#include <random>

#include "tests/support/host.h"

namespace tests {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : bits_(seed) {}
  double unit() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }  // [0, 1)
  double between(double low, double high) { return low + (high - low) * unit(); }
  Index whole(Index low, Index high) {  // both ends included
    return low + static_cast<Index>(bits_() % static_cast<std::uint64_t>(high - low + 1));
  }

  Host uniform(const Shape& shape, double low = -1, double high = 1) {
    Host host(shape);
    for (double& v : host.values) v = between(low, high);
    return host;
  }

  // Arrays whose magnitudes lie in [0.2, 1.2] and are all different, at least 0.5 / (number of
  // elements) apart: away from the kinks of abs, max, sorting and the like.
  std::vector<Host> apart(const std::vector<Shape>& shapes, bool mixed_signs) {
    std::vector<Host> arrays(shapes.begin(), shapes.end());
    Index total = 0;
    for (const Shape& shape : shapes) total += shape.size();
    std::vector<Index> rank(static_cast<std::size_t>(total));
    std::iota(rank.begin(), rank.end(), 0);
    for (Index i = total - 1; i > 0; --i) std::swap(rank[i], rank[whole(0, i)]);
    std::size_t next = 0;
    for (Host& array : arrays)
      for (double& v : array.values) {
        const double place = static_cast<double>(rank[next++]) + between(0.25, 0.75);
        v = 0.2 + place / static_cast<double>(total);
        if (mixed_signs && unit() < 0.5) v = -v;
      }
    return arrays;
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace tests
