#include <fstream>
#include <iostream>

#include "engine/engine.h"
using namespace engine;

int main() {
  const Tensor x = Tensor::from({3}, {1, 2, 3});
  const Tensor w = Tensor::from({3}, {0.5, -1, 2});
  const Tensor y = sum(square(w * x));
  std::cout << "y = " << y.item() << "\n";

  const Tensor g = grad(y, {w}, /*differentiable=*/true)[0];
  std::cout << "dy/dw " << g << "\n";

  const Tensor h = grad(sum(g), {w})[0];
  std::cout << "d(sum of dy/dw)/dw " << h << "\n";

  std::ofstream("01_value.dot") << graphviz(y, {{"x", x}, {"w", w}, {"y", y}});
  std::ofstream("01_gradient.dot") << graphviz(g, {{"x", x}, {"w", w}, {"dy/dw", g}});
}
