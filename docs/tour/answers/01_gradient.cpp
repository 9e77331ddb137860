#include <iostream>

#include "engine/engine.h"
using namespace engine;

int main() {
  const Tensor x = Tensor::from({3}, {1, 2, 3});
  const Tensor w = Tensor::from({3}, {0.5, -1, 2});
  const auto y = [&] { return sum(square(w * x)); };

  // 1. The gradient with respect to x, and both at once.
  const auto both = grad(y(), {w, x});
  std::cout << "dy/dx " << both[1] << "\n";

  // 2. A detached tensor is a leaf: only one of the two factors w counts.
  std::cout << "one factor " << grad(sum(w * x * (w * x).detach()), {w})[0] << "\n";

  // 3. The whole matrix of second derivatives, one row for each element of dy/dw.
  const Tensor g = grad(y(), {w}, true)[0];
  for (Index i = 0; i < 3; ++i)
    std::cout << "row " << i << " " << grad(sum(slice(g, 0, i, i + 1)), {w})[0] << "\n";
}
