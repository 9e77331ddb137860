#include <cstdio>

#include "layers/layers.h"
#include "layers/lipschitz/bounds.h"
using namespace engine;
using namespace layers;

int main() {
  seed(1);
  // 1. A kernel of positive numbers: sigma(T) comes close to Method 1, because the constant image
  // is near the top singular vector and meets all nine taps.
  const Tensor positive = uniform({8, 3, 3, 8}, 0, 0.1F);
  const LinearMap P = LinearMap::conv(positive, {.padding = 1}, 16, 16);
  std::printf("positive: %.2f of %.2f\n", audited_norm(P), tsuzuku_bound(P));

  // 2. Stride 2 with a 2 x 2 kernel: windows do not overlap, so R tells all.
  const LinearMap S = LinearMap::conv(normal({8, 2, 2, 8}, 0, 0.1F), {.stride = 2}, 16, 16);
  std::printf("no overlap: %.3f and %.3f\n", reshaped_norm(S), audited_norm(S));

  // 3. Method 2, step by step: the estimate rises.
  const LinearMap W = LinearMap::conv(normal({8, 3, 3, 8}, 0, 0.1F), {.padding = 1}, 16, 16);
  const Tensor start = normal(W.range());
  bool rises = true;
  double last = 0;
  for (const double estimate : power_method(W, start, 50)) {
    rises = rises && estimate > last * (1 - 1e-6);
    last = estimate;
  }
  std::printf("power method rises: %s\n", rises ? "yes" : "no");
}
