#include <cmath>
#include <cstdio>
#include <iostream>

#include "engine/linalg.h"
#include "layers/layers.h"
#include "layers/lipschitz/toeplitz.h"
using namespace engine;
using namespace layers;

int main() {
  const Tensor k = Tensor::from({1, 2, 2, 1}, {1, 2, 3, 4});

  // 1. Stride 2 on 4 x 4: windows that do not overlap.
  const LinearMap C = LinearMap::conv(k, {.stride = 2}, 4, 4);
  const Tensor x = uniform({1, 4, 4, 1}), y = uniform({1, 2, 2, 1});
  const Real difference = dot(C(x), y).item() - dot(x, C.transpose(y)).item();
  std::printf("stride 2: %s\n", std::abs(difference) < 1e-5 ? "adjoint" : "not adjoint");
  std::cout << "its rows " << matmul_nt(toeplitz(C), toeplitz(C)) << "\n";

  // 2. Full padding: every pixel meets every tap.
  const LinearMap full = LinearMap::conv(k, {.padding = 1}, 3, 3);
  std::cout << "columns " << sum(toeplitz(full), {0}) << "\n";

  // 3. The norm of T_K, and that of the kernel as one row.
  const LinearMap small = LinearMap::conv(k, {}, 3, 3);
  std::printf("norms: %.3f %.3f\n", spectral_norm(toeplitz(small)),
              spectral_norm(small.matrix().weight));
}
