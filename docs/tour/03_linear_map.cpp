#include <iostream>

#include "layers/layers.h"
#include "layers/lipschitz/toeplitz.h"
using namespace engine;
using namespace layers;

int main() {
  const Tensor k = Tensor::from({1, 2, 2, 1}, {1, 2, 3, 4});  // [out, height, width, in]
  const LinearMap C = LinearMap::conv(k, {}, 3, 3);           // of images of 3 x 3
  std::cout << "T_K " << toeplitz(C) << "\n";

  const Tensor x = Tensor::from({1, 3, 3, 1}, {1, 0, 2, -1, 3, 1, 0, 2, -2});
  const Tensor y = Tensor::from({1, 2, 2, 1}, {2, -1, 1, 3});
  std::cout << "C x " << flatten(C(x)) << "\n";
  std::cout << "T_K x " << matmul_nt(flatten(x), toeplitz(C)) << "\n";
  std::cout << "<C x, y> = " << dot(C(x), y).item() << "\n";
  std::cout << "<x, C^T y> = " << dot(x, C.transpose(y)).item() << "\n";

  const Tensor rotated = flip(flip(k, 1), 2);
  std::cout << "C^T y " << flatten(C.transpose(y)) << "\n";
  std::cout << "rotated " << flatten(conv2d(y, rotated, {.padding = 1})) << "\n";
}
