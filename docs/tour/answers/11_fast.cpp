#include <cstdio>
#include <vector>

#include "engine/algorithm.h"
#include "engine/engine.h"
#include "engine/filtering.h"
using namespace engine;

int main() {
  // 1. Other points give other matrices, and the same convolution.
  const Fraction points[] = {{0}, {1}, {2}};
  constexpr Fraction kThirds[] = {{0}, {1}, {1, 3}};
  std::printf("0, 1, 2: %d\n", is_convolution(Filter::derive(2, 3, false, points)));
  std::printf("0, 1, 1/3: %d\n", is_convolution(Filter::derive(2, 3, false, kThirds)));

  // 2. What the fewer multiplications cost in accuracy: F(4, 3) against the definition.
  const Tensor x = uniform({1, 32, 32, 64}), w = uniform({64, 3, 3, 64});
  set_precision(Precision::high);
  set_algorithm(Algorithm::direct);
  const Tensor direct = conv2d(x, w, {.padding = 1});
  set_algorithm(Algorithm::filtered);
  const Tensor filtered = conv2d(x, w, {.padding = 1});
  const Real error = (norm(filtered - direct) / norm(direct)).item();
  std::printf("relative error below 1e-5: %d, and not zero: %d\n", error<1e-5F, error> 0);

  // 3. A stride of 2 reads the even and the odd pixels: two convolutions of stride 1, added.
  const Tensor row = uniform({1, 1, 8, 1}), k = uniform({1, 1, 4, 1});
  const auto phase = [](const Tensor& t, Index i) { return slice(t, 2, i, t.dim(2), 2); };
  const Tensor sum_of_phases =
      conv2d(phase(row, 0), phase(k, 0)) + conv2d(phase(row, 1), phase(k, 1));
  const Tensor strided = conv2d(row, k, {.stride = 2});
  std::printf("phases add up: %d\n", norm(sum_of_phases - strided).item() < 1e-5F);
}
