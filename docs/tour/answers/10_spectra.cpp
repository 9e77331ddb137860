#include <cstdio>

#include "engine/linalg.h"
#include "layers/layers.h"
#include "layers/lipschitz/gradient_clipping.h"
using namespace engine;
using namespace layers;

double stable_rank(const Tensor& matrix) {
  const double s0 = spectral_norm(matrix), all = norm(matrix).item();
  return all * all / (s0 * s0);
}

int main() {
  seed(1);
  // 1. Two matrices with the same norm, 1, and very different spectra.
  const Tensor u = unit(normal({8, 1})), v = unit(normal({8, 1}));
  std::printf("stable ranks: %.1f %.1f\n", stable_rank(matmul_nt(u, v)), stable_rank(eye(8)));

  // 2. The clamp by hand, on s = (9, 2, 1): 9 becomes r s1 = 3.
  const Tensor g = Tensor::from({3, 3}, {9, 0, 0, 0, 2, 0, 0, 0, 1});
  SpectralGradientClipping clip{.r = 1.5F, .iterations = 50};
  const auto s = singular_values(clip(g).gradient);
  std::printf("clipped: %.2f %.2f %.2f\n", s[0], s[1], s[2]);

  // 3. Clamping the weight instead of its gradient: SpectralClamp as a constraint.
  Linear layer(8, 8, SpectralClamp{.r = 1.2F});
  layer.weight.assign(4 * matmul_nt(u, v) + eye(8));
  for (int i = 0; i < 50; ++i) {  // one iteration for each step: let it converge
    layer(normal({1, 8}));
    layer.weight.stepped();
  }
  const auto used = singular_values(layer.weight.value(layer.weight.map()));
  std::printf("ratio: %.2f\n", used[0] / used[1]);
}
