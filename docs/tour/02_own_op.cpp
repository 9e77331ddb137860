#include <cmath>
#include <cstdio>

#include "engine/engine.h"
#include "engine/op.h"
using namespace engine;

struct Swish : Op {
  const char* name() const override { return "swish"; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    const Real* x = in[0].data();
    for (Index i = 0; i < out.size(); ++i) out.data()[i] = x[i] / (1 + std::exp(-x[i]));
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor& z) const override {
    const Tensor s = sigmoid(in[0]);
    return g * (s + z * (1 - s));
  }
};
Tensor swish(const Tensor& x) { return apply(Swish{}, {x}); }

Tensor slope(const Tensor& y, const Tensor& x) { return grad(y, {x}, /*differentiable=*/true)[0]; }

int main() {
  const Real h = 0.01F;
  std::printf("    x    f(x)   f'(x)  measured  f''(x)  measured\n");
  for (const Real at : {-2.0F, 0.0F, 1.5F}) {
    const Tensor x = scalar(at), y = swish(x);
    const Tensor first = slope(y, x), second = slope(first, x);
    const Tensor left = scalar(at - h), right = scalar(at + h);
    const Tensor f_left = swish(left), f_right = swish(right);
    std::printf("%5.1f %7.3f %7.3f %9.3f %7.3f %9.3f\n", at, y.item(), first.item(),
                (f_right.item() - f_left.item()) / (2 * h), second.item(),
                (slope(f_right, right).item() - slope(f_left, left).item()) / (2 * h));
  }
}
