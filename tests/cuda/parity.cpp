// Every case on CUDA against the CPU: the result, and the gradients of first and second order.
//
// With y = f(x) and a random c, the numbers differentiated are L = <y, c + y / 2> and, at second
// order, S = <dL/dx, d> for random directions d, as in engine/gradients.cpp.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <sstream>

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

// The size of all values together, or of a difference: the largest element and the norm.
struct Size {
  double largest = 0, norm = 0;

  void add(double value) {
    if (exceeds(std::abs(value), largest)) largest = std::abs(value);
    norm = std::hypot(norm, value);
  }
  static Size of(const Hosts& values) {
    Size size;
    for (const Host& v : values)
      for (const double value : v.values) size.add(value);
    return size;
  }
};

// The difference relative to the values of the same order (of the first order, where the second is
// zero up to rounding: there is nothing else to compare it with).
Size error(const Derivatives& got, const Derivatives& expected, int order) {
  const Hosts &a = got.orders[order], &b = expected.orders[order];
  Size unit = Size::of(b), difference;
  if (order == 2) {
    const Size first = Size::of(expected.orders[1]);
    unit = {std::max(unit.largest, 1e-3 * first.largest), std::max(unit.norm, 1e-3 * first.norm)};
  }
  if (unit.largest == 0) unit = {1, 1};
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (a[i].shape != b[i].shape) return {INFINITY, INFINITY};
    for (std::size_t k = 0; k < b[i].values.size(); ++k)
      difference.add(a[i].values[k] - b[i].values[k]);
  }
  return {difference.largest / unit.largest, difference.norm / unit.norm};
}

// Walks all cases. The bars hold for the largest element of each case, and for its norm.
void walk(Precision precision, const Size& bar) {
  Size worst[3];
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
      const Size e = error(got, expected, order);
      CHECK(e.largest < bar.largest);
      CHECK(e.norm < bar.norm);
      if (exceeds(e.norm, worst[order].norm)) worst[order].norm = e.norm;
      if (exceeds(e.largest, worst[order].largest))
        worst[order].largest = e.largest, where[order] = c.name;
    }
    ++walked;
  }
  std::ostringstream found;
  for (int order = 0; order < 3; ++order)
    found << (order > 0 ? "; " : "") << "order " << order << ": largest " << worst[order].largest
          << " (" << where[order] << "), norm " << worst[order].norm;
  MESSAGE("parity: " << walked << " cases, worst relative errors: " << found.str());
}

}  // namespace

// Both devices sum in double or in a few hundred float32 steps: 1e-5 leaves a margin of ten.
TEST_CASE("cuda: every case agrees with the CPU to second order, in `highest`") {
  walk(Precision::highest, {1e-5, 1e-5});
}

// TF32 keeps ten bits of fraction. Hardware may truncate: an operand is then off by 2^-11 = 5e-4 on
// average, always toward zero, which averages out over no number of terms. Two operands of a handful
// of products give 1e-3 for results, 2e-3 for gradients and 4e-3 at second order.
TEST_CASE("cuda: every case agrees with the CPU to second order, in `high`") {
  walk(Precision::high, {1e-2, 5e-3});
}

// bfloat16 keeps seven bits of fraction: 2^-9 = 2e-3 of an operand, rounded; constraints iterate.
TEST_CASE("cuda: every case agrees with the CPU to second order, in `medium`") {
  walk(Precision::medium, {3e-2, 3e-2});
}

TEST_CASE("cuda: products with a vector are the same bits in every precision") {
  const On cuda(Device::cuda());
  Draw random(2001);
  const Tensor w = random.uniform({48, 80}).tensor(), v = random.uniform({80, 1}).tensor(),
               u = random.uniform({1, 48}).tensor(), x = random.uniform({80, 5}).tensor();
  const auto in = [&](Precision precision, const auto& product) {
    const InPrecision rounding(precision);
    return product().values();
  };
  for (const Precision precision : {Precision::high, Precision::medium}) {
    for (const auto& product : std::initializer_list<std::function<Tensor()>>{
             [&] { return matmul(w, v); }, [&] { return matmul(u, w); },
             [&] { return matmul(v, u); }})
      CHECK(in(precision, product) == in(Precision::highest, product));
    const auto wide = [&] { return matmul(w, x); };
    CHECK(in(precision, wide) != in(Precision::highest, wide));
  }
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
