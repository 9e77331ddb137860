// The right-hand cells of cheat_sheet.md, one per line, in order.
#include <iostream>

#include "layers/layers.h"
using namespace engine;
using namespace layers;

int main() {
  // clang-format off
  Tensor a = Tensor::from({3}, {1, 2, 3});
  Tensor b = zeros({2, 3});
  Tensor c = full({2, 3}, 7);
  seed(1);
  Tensor x = uniform({3, 3});
  Tensor w = normal({3, 3});
  Tensor y = eye(3);
  x.shape();
  sum(x).item();
  x.values();
  std::cout << x;
  x + 2 * y;
  exp(x);
  leaky_relu(x, 0.2F);
  clamp(x, -1, 1);
  maximum(x, y);
  matmul(x, y);
  matmul_nt(x, w);
  mean(x, {0});
  max(x, {1}, true);
  reshape(x, {1, -1});
  transpose(x);
  slice(x, 1, 1, 3);
  concat({x, y}, 1);
  flip(x, 0);
  softmax(x);
  solve(y, x);
  x.detach();
  { const NoGrad off; x + y; }
  Tensor loss = mean(square(matmul_nt(x, w)));
  Tensor g = grad(loss, {w})[0];
  Tensor h = grad(loss, {w}, true)[0];
  Linear linear(3, 16);
  Conv2d conv(3, 8, {.kernel = 4, .stride = 2, .padding = 1});
  ConvTranspose2d up(8, 3, {.kernel = 4, .stride = 2, .padding = 1});
  BatchNorm norm8(8);
  Linear sn(3, 16, SpectralNorm{});
  Sequential net{Linear(3, 16), Relu{}, Linear(16, 1)};
  Adam opt({.lr = 1e-3F}, net.parameters());
  opt.step(grad(mean(net(x)), net.parameters()));
  { const Eval evaluate; net(x); }
  { TensorFile file; store(file, "", net); save("net", file); }
  restore(load("net"), "", net);
  // clang-format on
}
