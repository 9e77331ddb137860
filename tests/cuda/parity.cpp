// Every case on CUDA against the CPU: the result, and the gradients of first and second order.
//
// With y = f(x) and a random c, the numbers differentiated are L = <y, c + y / 2> and, at second
// order, S = <dL/dx, d> for random directions d, as in engine/gradients.cpp.
#include <doctest/doctest.h>

#include "tests/cuda/on_device.h"

using namespace tests;
using engine::Device;
using engine::Precision;

namespace {

struct Derivatives {
  Hosts orders[3];  // the result; the gradients of L; those of S

  explicit Derivatives(Instance& f) {
    const Tensors variables = f.variables();
    Draw random(1000);
    const Tensor y = f();
    orders[0].emplace_back(y);
    const Tensor c = random.uniform(y.shape()).tensor();
    const std::vector<Tensor> first =
        engine::grad(engine::sum(y * (c + Real(0.5) * y)), variables, true);
    Tensor slope = engine::zeros({});
    for (const Tensor& g : first) {
      orders[1].emplace_back(g);
      slope = slope + engine::dot(g, random.uniform(g.shape()).tensor());
    }
    for (const Tensor& g : engine::grad(slope, variables)) orders[2].emplace_back(g);
  }
};

double scale(const Hosts& values) {
  double most = 0;
  for (const Host& v : values) most = std::max(most, largest(v.values));
  return most;
}

// The largest difference relative to the largest element of the same order (of the first order,
// where the second is zero up to rounding: there is nothing else to compare it with).
double error(const Derivatives& got, const Derivatives& expected, int order) {
  const Hosts &a = got.orders[order], &b = expected.orders[order];
  double unit = scale(b), most = 0;
  if (order == 2) unit = std::max(unit, 1e-3 * scale(expected.orders[1]));
  if (unit == 0) unit = 1;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (a[i].shape != b[i].shape) return INFINITY;
    for (std::size_t k = 0; k < b[i].values.size(); ++k) {
      const double d = std::abs(a[i].values[k] - b[i].values[k]);
      if (exceeds(d, most)) most = d;
    }
  }
  return most / unit;
}

// Walks all cases; returns the worst error of each order.
void walk(Precision precision, double bar) {
  double worst[3] = {};
  std::string where[3];
  int walked = 0;
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    Instance on_cpu(c);
    const Derivatives got = [&] {
      const On cuda(Device::cuda());
      const InPrecision rounding(precision);
      Instance on_cuda(c);
      equalise(on_cpu, on_cuda);
      return Derivatives(on_cuda);
    }();
    const Derivatives expected(on_cpu);
    for (int order = 0; order < 3; ++order) {
      CAPTURE(order);
      const double e = error(got, expected, order);
      CHECK(e < bar);
      if (exceeds(e, worst[order])) worst[order] = e, where[order] = c.name;
    }
    ++walked;
  }
  MESSAGE("parity: " << walked << " cases; worst relative errors " << worst[0] << " (" << where[0]
                     << "), gradients " << worst[1] << " (" << where[1] << "), of second order "
                     << worst[2] << " (" << where[2] << ")");
}

}  // namespace

// Both devices sum in double or in a few hundred float32 steps: 1e-5 leaves a margin of ten.
TEST_CASE("cuda: every case agrees with the CPU to second order, in `highest`") {
  walk(Precision::highest, 1e-5);
}

// TF32 keeps ten bits of fraction, 2^-11 = 5e-4 of an operand; a gradient's gradient passes through
// a handful of products.
TEST_CASE("cuda: every case agrees with the CPU to second order, in `high`") {
  walk(Precision::high, 2e-3);
}

TEST_CASE("cuda: rows without library functions equal the CPU's to the bit") {
  Draw random(2000);
  const Host x = random.uniform(Shape{4099}), y = random.uniform(Shape{4099});
  const auto rows = [&](const Device& device) {
    const On on(device);
    const Tensor a = x.tensor(), b = y.tensor();
    std::vector<std::vector<Real>> values;
    for (const Tensor& z : {engine::tanh_grad(a, b), engine::sigmoid_grad(a, b), a * b, a / b,
                            engine::scale(a, Real(0.3)), engine::rsqrt(engine::square(a))})
      values.push_back(z.values());
    return values;
  };
  CHECK(rows(Device::cuda()) == rows(Device::cpu()));
}

TEST_CASE("cuda: results are the same bits in every run") {
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    const On cuda(Device::cuda());
    const auto run = [&] {
      Instance f(c);
      const Derivatives all(f);
      std::vector<double> bits;
      for (const Hosts& order : all.orders)
        for (const Host& h : order) bits.insert(bits.end(), h.values.begin(), h.values.end());
      return bits;
    };
    CHECK(run() == run());
  }
}
