// The gradients of every case, of first and second order, against central differences in double.
//
// With y = f(x) and a random c of y's shape, the number differentiated is
//   L = <y, c + y / 2>,  and at second order  S = <dL/dx, d>  for random directions d of all x.
// (The y / 2 makes the cotangent depend on x, so that the gradient of a linear op's gradient is
// asked for too.) Each is compared along single elements and along one random unit direction.
#include <doctest/doctest.h>

#include "engine/op.h"
#include "tests/cases/case.h"

using namespace tests;

namespace {

// The stencil's error is h^4 f''''' / 30, below 1e-10 of the gradient for everything here, and
// rounding adds about 1e-16 |f| / h, below 1e-10 too: three digits within the bar of 1e-7.
constexpr double kStep = 1e-4;
constexpr double kBar = 1e-7;
constexpr int kElements = 32;  // of one variable that are looked at

using Values = std::vector<Real>;

struct Check {
  Instance f;
  Tensors variables;
  Tensor cotangent;
  std::vector<Tensor> directions;

  Check(const Case& c, std::uint64_t draw) : f(c, draw), variables(f.variables()) {
    Draw random(1000 + draw);
    cotangent = random.uniform(f().shape()).tensor();
    for (const Tensor& v : variables) directions.push_back(random.uniform(v.shape()).tensor());
  }

  Tensor loss() {
    const Tensor y = f();
    return engine::sum(y * (cotangent + Real(0.5) * y));
  }
  // <dL/dx, d>. Unless it is to be differentiated, it comes from the first-order kernels.
  Tensor slope(bool differentiable) {
    const std::vector<Tensor> g = engine::grad(loss(), variables, differentiable);
    const engine::GradMode scope(differentiable);
    Tensor total = engine::zeros({});
    for (std::size_t i = 0; i < g.size(); ++i) total = total + engine::dot(g[i], directions[i]);
    return total;
  }
  double number(int order) {
    if (order == 2) return slope(false).item();
    const engine::NoGrad plain;
    return loss().item();
  }
  std::vector<Tensor> gradient(int order) {
    return engine::grad(order == 1 ? loss() : slope(true), variables);
  }

  // The derivative along `direction` of one variable.
  double numeric(int order, std::size_t variable, const Values& direction, double step) {
    const Values start = variables[variable].values();
    const auto at = [&](double factor) {
      Values moved = start;
      for (std::size_t i = 0; i < moved.size(); ++i)
        moved[i] += static_cast<Real>(factor * step) * direction[i];
      f.write(variable, moved);
      return number(order);
    };
    const double near = at(1) - at(-1), far = at(2) - at(-2);
    f.write(variable, start);
    return (8 * near - far) / (12 * step);
  }
};

std::vector<Values> directions_for(Index size, Draw& random) {
  std::vector<Values> all;
  const Index step = std::max<Index>(1, size / kElements);
  for (Index i = 0; i < size; i += step) {
    all.emplace_back(static_cast<std::size_t>(size), Real(0));
    all.back()[i] = 1;
  }
  Values joint;
  double square = 0;
  for (Index i = 0; i < size; ++i) {
    joint.push_back(static_cast<Real>(random.between(-1, 1)));
    square += joint.back() * joint.back();
  }
  for (Real& v : joint) v /= static_cast<Real>(std::sqrt(square));
  all.push_back(joint);
  return all;
}

struct Result {
  double error = 0;
  bool smooth = true;  // whether the differences agree with those of a quarter of the step
};

// Relative to the largest element of the gradient by all variables (of the first order, where the
// second is zero: there is nothing else to compare rounding with).
Result compare(Check& check, int order) {
  const std::vector<Tensor> g = check.gradient(order);
  double scale = 0;
  for (const Tensor& part : g) scale = std::max(scale, largest(Host(part).values));
  if (order == 2 && scale == 0)
    for (const Tensor& part : check.gradient(1))
      scale = std::max(scale, largest(Host(part).values));
  if (scale == 0) scale = 1;
  Draw random(77);
  Result result;
  for (std::size_t v = 0; v < g.size(); ++v) {
    const Values values = g[v].values();
    for (const Values& direction : directions_for(g[v].size(), random)) {
      double exact = 0;
      for (std::size_t i = 0; i < values.size(); ++i) exact += values[i] * direction[i];
      const double numeric = check.numeric(order, v, direction, kStep);
      double error = std::abs(numeric - exact) / scale;
      if (!(error < kBar)) {
        const double finer = check.numeric(order, v, direction, kStep / 4);
        if (!(std::abs(finer - numeric) / scale < kBar)) result.smooth = false;
      }
      if (exceeds(error, result.error)) result.error = error;
    }
  }
  return result;
}

struct Worst {
  double error = 0;
  std::string name;
  void note(double e, const std::string& n) {
    if (exceeds(e, error)) *this = {e, n};
  }
};

// A draw may fall on a kink (a relu's zero), where there is no derivative. Then the differences do
// not converge as the step shrinks, and another draw is made.
double error_of_case(const Case& c, int order) {
  Result result;
  for (std::uint64_t draw = 0; draw < 4; ++draw) {
    Check check(c, draw);
    result = compare(check, order);
    if (result.smooth) break;
  }
  CHECK_MESSAGE(result.smooth, "no draw away from kinks was found");
  return result.error;
}

}  // namespace

TEST_CASE("gradients: first and second order equal central differences" * doctest::skip(!kDouble)) {
  Worst worst[2];
  int checked = 0;
  for (const Case& c : cases()) {
    if (!c.derivative) continue;
    ++checked;
    for (const int order : {1, 2}) {
      CAPTURE(c.name);
      CAPTURE(order);
      const double error = error_of_case(c, order);
      CHECK(error < kBar);
      worst[order - 1].note(error, c.name);
    }
  }
  MESSAGE("gradients: " << checked << " cases, worst relative error " << worst[0].error
                        << " at first order (" << worst[0].name << "), " << worst[1].error
                        << " at second (" << worst[1].name << ")");
}

namespace {

// An op whose gradient is wrong by a thousandth, at first or only at second order.
struct WrongOp : engine::Op {
  int wrong_order;
  explicit WrongOp(int wrong_order) : wrong_order(wrong_order) {}
  const char* name() const override { return "wrong"; }
  Shape shape(engine::Inputs in) const override { return in[0].shape(); }
  void forward(engine::Inputs in, const Tensor& out) const override {
    engine::overwrite(out, engine::exp(in[0].detach()));
  }
  Tensor vjp(int, const Tensor& g, engine::Inputs in, const Tensor& out) const override {
    if (wrong_order == 1) return Real(1.001) * g * engine::exp(in[0]);
    return g * out.detach() * (Real(1.001) * in[0] - Real(1.001) * in[0].detach() + Real(1));
  }
};

}  // namespace

TEST_CASE("gradients: a wrong one is noticed" * doctest::skip(!kDouble)) {
  for (const int order : {1, 2}) {
    const Case wrong{.name = "wrong", .inputs = {{2, 3}}, .function = [order](const Tensors& in) {
                       return engine::apply(WrongOp(order), {in[0]});
                     }};
    Check check(wrong, 0);
    const Result result = compare(check, order);
    CHECK(result.smooth);
    CHECK(result.error > 1e-4);
  }
}
