#include <cstdio>

#include "engine/engine.h"
using namespace engine;

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && norm(a - b).item() < 1e-5F * norm(a).item();
}

int main() {
  const ConvOptions options{.stride = 2, .padding = 1};
  const Tensor x = uniform({2, 6, 6, 3}), w = uniform({4, 3, 3, 3}), y = uniform({2, 3, 3, 4});

  const Tensor in_y = conv2d(x, w, options);                  // dF/dy
  const Tensor in_x = conv2d_transpose(y, w, options, 6, 6);  // dF/dx
  const Tensor in_w = conv2d_weight_grad(x, y, options, 3);   // dF/dw
  std::printf("F = %.1f = %.1f = %.1f\n", dot(in_y, y).item(), dot(x, in_x).item(),
              dot(in_w, w).item());

  const Tensor F = dot(conv2d(x, w, options), y);
  const auto first = grad(F, {x, w, y}, /*differentiable=*/true);
  std::printf("gradients are the slots: %d %d %d\n", same(first[0], in_x), same(first[1], in_w),
              same(first[2], in_y));

  const Tensor a = uniform(x.shape());
  const auto second = grad(dot(first[0], a), {w, y});
  std::printf("so are their gradients: %d %d\n",
              same(second[0], conv2d_weight_grad(a, y, options, 3)),
              same(second[1], conv2d(a, w, options)));
}
