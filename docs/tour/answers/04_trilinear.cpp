#include <cstdio>

#include "engine/engine.h"
using namespace engine;

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && norm(a - b).item() < 1e-5F * norm(a).item();
}

int main() {
  // 1. F = <x w^T, y>: the three products of a linear layer.
  const Tensor x = uniform({5, 3}), w = uniform({4, 3}), y = uniform({5, 4});
  const auto g = grad(dot(matmul_nt(x, w), y), {x, w, y});
  std::printf("linear: %d %d %d\n", same(g[0], matmul(y, w)), same(g[1], matmul_tn(y, x)),
              same(g[2], matmul_nt(x, w)));

  // 2. Linear in each slot: the derivative of |conv(x, w)|^2 / 2 takes w twice.
  const Tensor image = uniform({1, 5, 5, 2}), k = uniform({3, 3, 3, 2});
  const Tensor out = conv2d(image, k);
  const Tensor by_image = grad(0.5F * sum(square(out)), {image})[0];
  std::printf("C^T C x: %d\n", same(by_image, conv2d_transpose(out, k, {}, 5, 5)));

  // 3. Third order: the derivative by x, by w and by y, paired with three directions, is F of them.
  const Tensor a = uniform(image.shape()), b = uniform(k.shape()), c = uniform(out.shape());
  const Tensor z = uniform(out.shape());
  const Tensor by_x = dot(grad(dot(conv2d(image, k), z), {image}, true)[0], a);
  const Tensor by_xw = dot(grad(by_x, {k}, true)[0], b);
  const Tensor by_xwz = dot(grad(by_xw, {z})[0], c);
  std::printf("third order: %d\n", same(by_xwz, dot(conv2d(a, b), c)));
}
