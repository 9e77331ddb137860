#include <cstdio>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

// 1. The 1-norm of a matrix: the largest sum of absolute values in a column.
struct OneNorm {
  Target target = {};
  static constexpr Bounds bounds = Bounds::neither;
  Tensor operator()(const LinearMap& W) const {
    return target.scale(W.weight, max(sum(abs(flatten(W.weight)), {0})));
  }
};

// 2. sqrt(1-norm * infinity norm) bounds the spectral norm: a certificate without iteration.
struct SchurNorm {
  Target target = {};
  static constexpr Bounds bounds = Bounds::matrix;
  Tensor operator()(const LinearMap& W) const {
    const Tensor R = abs(flatten(W.weight));
    return target.scale(W.weight, sqrt(max(sum(R, {0})) * max(sum(R, {1}))));
  }
};

int main() {
  seed(1);
  Linear columns(4, 6, OneNorm{}), both(4, 6, SchurNorm{});
  const Tensor x = uniform({1, 4});
  columns(x), both(x);  // a layer's map is known once it has been used
  const Tensor used = columns.weight.value(columns.weight.map());
  std::printf("largest column sum: %.3f\n", max(sum(abs(used), {0})).item());
  std::printf("audited norm at most 1: %s\n", audit(both.weight).audited <= 1 ? "yes" : "no");

  // 3. Constraints compose: whatever comes first, the last one decides.
  Linear chain(4, 6, OneNorm{}, SpectralNorm{50});
  chain(x);
  std::printf("after SpectralNorm: %.3f\n", audit(chain.weight).audited);
}
