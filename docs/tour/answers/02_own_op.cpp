#include <cmath>
#include <cstdio>

#include "engine/engine.h"
#include "engine/op.h"
using namespace engine;

// 1. cube(x) = x^3. Its row in pointwise.def would be
//      UNARY(cube, x * x * x, 3 * square(x) * g, Mul(x, Mul(x, x)))
struct Cube : Op {
  const char* name() const override { return "cube"; }
  Shape shape(Inputs in) const override { return in[0].shape(); }
  void forward(Inputs in, const Tensor& out) const override {
    const Real* x = in[0].data();
    for (Index i = 0; i < out.size(); ++i) out.data()[i] = x[i] * x[i] * x[i];
  }
  Tensor vjp(int, const Tensor& g, Inputs in, const Tensor&) const override {
    return 3 * square(in[0]) * g;
  }
};

// 2. hypot(x, y) = sqrt(x^2 + y^2): two inputs, and a cotangent for each. Its row would be
//      BINARY(hypot, sqrt(x * x + y * y), g * x / z, g * y / z, Sqrt(Add(Mul(x, x), Mul(y, y))))
struct Hypot : Op {
  const char* name() const override { return "hypot"; }
  Shape shape(Inputs in) const override {
    check(in[0].shape() == in[1].shape(), "hypot: shapes differ: ", in[0].shape(), " and ",
          in[1].shape());
    return in[0].shape();
  }
  void forward(Inputs in, const Tensor& out) const override {
    const Real *x = in[0].data(), *y = in[1].data();
    for (Index i = 0; i < out.size(); ++i) out.data()[i] = std::sqrt(x[i] * x[i] + y[i] * y[i]);
  }
  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor& z) const override {
    return g * in[i] / z;
  }
};

int main() {
  const Tensor x = scalar(2), y = apply(Cube{}, {x});
  const Tensor first = grad(y, {x}, true)[0], second = grad(first, {x}, true)[0];
  std::printf("cube: %g %g %g %g\n", y.item(), first.item(), second.item(),
              grad(second, {x})[0].item());

  const Tensor a = scalar(3), b = scalar(4), c = apply(Hypot{}, {a, b});
  const auto slopes = grad(c, {a, b}, true);
  std::printf("hypot: %g %g %g\n", c.item(), slopes[0].item(), slopes[1].item());
  std::printf("mixed: %g\n", grad(slopes[0], {b})[0].item());
}
