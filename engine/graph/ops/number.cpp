// Arithmetic and comparisons, on tensors by the engine and on whole numbers on the host; and the
// functions of single numbers that the engine has no row for, also on the host.
#include <algorithm>
#include <cmath>

#include "engine/graph/ops/table.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

using Number = std::int64_t;
using Bits = std::uint64_t;  // wraps around where Number would overflow

Value expanded(const Call& c, int i, const Shape& shape) {
  c.allow(shape);
  return moved(c.in(i), [&](const Tensor& t) { return expand_to(t, shape); });
}

Shape together(const Call& c, int a, int b) {
  return broadcast("broadcast", c.in(a).shape(), c.in(b).shape());
}

// f of every pair of whole numbers a and b.
Value zip_whole(const Call& c, const Value& a, const Value& b, Number (*f)(Number, Number)) {
  const Shape shape = broadcast("broadcast", a.shape(), b.shape());
  c.allow(shape);
  const auto grown = [&](const Value& x) {
    return moved(x, [&](const Tensor& t) { return expand_to(t, shape); });
  };
  const Value x = grown(a), y = grown(b);
  Whole result(x.whole().size());
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = wrapped(a.type(), f(x.whole()[i], y.whole()[i]));
  return {shape, std::move(result), a.type()};
}

// --- Arithmetic ------------------------------------------------------------------------------

template <Tensor (*Real2)(const Tensor&, const Tensor&), Number (*Whole2)(Number, Number)>
void binary(const Call& c) {
  if (c.in(0).is_whole()) return c.out(zip_whole(c, c.in(0), c.in(1), Whole2));
  const Operands x = operands(c, 0, 2);
  c.out(x.value(Real2(x[0], x[1])));
}

// Any number of operands, from left to right.
template <Tensor (*Real2)(const Tensor&, const Tensor&), Number (*Whole2)(Number, Number)>
void variadic(const Call& c) {
  if (c.in(0).is_whole()) {
    Value total = c.in(0);
    for (int i = 1; i < c.inputs(); ++i) total = zip_whole(c, total, c.in(i), Whole2);
    return c.out(total);
  }
  const Operands x = operands(c, 0, c.inputs());
  Tensor total = x[0];
  for (int i = 1; i < c.inputs(); ++i) total = Real2(total, x[i]);
  c.out(x.value(total));
}

void mean_of_inputs(const Call& c) {
  const Operands x = operands(c, 0, c.inputs());
  Tensor total = x[0];
  for (int i = 1; i < c.inputs(); ++i) total = total + x[i];
  c.out(x.value(total / static_cast<Real>(c.inputs())));
}

Number plus(Number a, Number b) { return static_cast<Number>(Bits(a) + Bits(b)); }
Number minus(Number a, Number b) { return static_cast<Number>(Bits(a) - Bits(b)); }
Number times(Number a, Number b) { return static_cast<Number>(Bits(a) * Bits(b)); }
Number least(Number a, Number b) { return std::min(a, b); }
Number most(Number a, Number b) { return std::max(a, b); }
Number quotient(Number a, Number b) {
  check(b != 0, "a whole number is divided by zero");
  return b == -1 ? minus(0, a) : a / b;
}
Number remainder(Number a, Number b) {  // with the sign of b
  check(b != 0, "a whole number is divided by zero");
  const Number r = b == -1 ? 0 : a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
Number c_remainder(Number a, Number b) {  // with the sign of a
  check(b != 0, "a whole number is divided by zero");
  return b == -1 ? 0 : a % b;
}
Number both(Number a, Number b) { return a && b; }
Number either(Number a, Number b) { return a || b; }
Number one_of(Number a, Number b) { return !a != !b; }

// Pairs of reals on the host.
template <class F>
void zip_on_host(const Call& c, const F& f) {
  const Operands x = operands(c, 0, 2);
  const Shape shape = broadcast("broadcast", x[0].shape(), x[1].shape());
  std::vector<Real> a = expand_to(x[0], shape).values();
  const std::vector<Real> b = expand_to(x[1], shape).values();
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<Real>(f(a[i], b[i]));
  c.out(x.value(Tensor::from(shape, a)));
}

void mod(const Call& c) {
  const bool c_rule = c.integer("fmod", 0) != 0;
  if (c.in(0).is_whole())
    return c.out(zip_whole(c, c.in(0), c.in(1), c_rule ? c_remainder : remainder));
  zip_on_host(c, [](double a, double b) { return std::fmod(a, b); });
}

// Powers of whole numbers are whole numbers: exact by products, or what fits of a real power.
Value whole_power(const Value& base, const Value& to) {
  const std::vector<Real> exponents = to.tensor().values();
  Whole result(base.whole());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double b = exponents[i];
    if (b >= 0 && b <= 64 && b == std::floor(b)) {
      Bits product = 1;
      for (int k = 0; k < static_cast<int>(b); ++k) product *= static_cast<Bits>(result[i]);
      result[i] = static_cast<Number>(product);
    } else {
      const double p = std::pow(static_cast<double>(result[i]), b);
      result[i] = std::abs(p) < 9.2e18 ? static_cast<Number>(p) : 0;
    }
    result[i] = wrapped(base.type(), result[i]);
  }
  return {base.shape(), std::move(result), base.type()};
}

void pow(const Call& c) {
  const Value &x = c.in(0), &exponent = c.in(1);
  if (!x.is_whole() && exponent.size() == 1 && exponent.rank() <= x.rank())
    return c.out(x.with(power(x.stored(), static_cast<Real>(c.number(1)))));
  const Shape shape = together(c, 0, 1);
  const Value base = expanded(c, 0, shape), to = expanded(c, 1, shape);
  if (x.is_whole()) return c.out(whole_power(base, to));
  std::vector<Real> a = base.tensor().values();
  const std::vector<Real> b = to.tensor().values();
  for (std::size_t i = 0; i < a.size(); ++i)
    a[i] = static_cast<Real>(std::pow(static_cast<double>(a[i]), static_cast<double>(b[i])));
  c.out(Value(Tensor::from(shape, a), x.type()));
}

// --- Comparisons -----------------------------------------------------------------------------

template <bool (*F)(double, double)>
void compare(const Call& c) {
  const Shape shape = together(c, 0, 1);
  const Value a = expanded(c, 0, shape), b = expanded(c, 1, shape);
  Whole result(static_cast<std::size_t>(shape.size()));
  if (a.is_whole() && b.is_whole()) {
    for (std::size_t i = 0; i < result.size(); ++i)
      result[i] = F(static_cast<double>(a.whole()[i]), static_cast<double>(b.whole()[i]));
  } else {
    const std::vector<Real> x = a.tensor().values(), y = b.tensor().values();
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = F(x[i], y[i]);
  }
  c.out(Value(shape, std::move(result), Type::boolean));
}

bool equals(double a, double b) { return a == b; }
bool is_less(double a, double b) { return a < b; }
bool is_greater(double a, double b) { return a > b; }
bool not_greater(double a, double b) { return a <= b; }
bool not_less(double a, double b) { return a >= b; }

void logical_not(const Call& c) {
  Whole result = c.numbers(0);
  for (Number& x : result) x = !x;
  c.out(Value(c.in(0).shape(), std::move(result), Type::boolean));
}

void where(const Call& c) {
  const Shape shape = broadcast("broadcast", together(c, 0, 1), c.in(2).shape());
  const Value which = expanded(c, 0, shape), a = expanded(c, 1, shape), b = expanded(c, 2, shape);
  if (!a.is_whole()) {
    const Tensor yes = which.tensor();
    return c.out(Value(gate(a.tensor(), yes) + gate(b.tensor(), 1 - yes), a.type()));
  }
  Whole result(which.whole());
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = result[i] ? a.whole()[i] : b.whole()[i];
  c.out(Value(shape, std::move(result), a.type()));
}

// --- One number ------------------------------------------------------------------------------

template <double (*F)(double)>
void on_host(const Call& c) {
  const Tensor& x = c.in(0).stored();
  std::vector<Real> values = x.values();
  for (Real& v : values) v = static_cast<Real>(F(v));
  c.out(c.in(0).with(Tensor::from(x.shape(), values)));
}

// A function of a number both ways: an engine row for reals, the host for whole numbers.
template <Tensor (*Real1)(const Tensor&), Number (*Whole1)(Number)>
void both_ways(const Call& c) {
  const Value& x = c.in(0);
  if (!x.is_whole()) return c.out(x.with(Real1(x.stored())));
  Whole result(x.whole());
  for (Number& n : result) n = wrapped(x.type(), Whole1(n));
  c.out(Value(x.shape(), std::move(result), x.type()));
}

template <bool (*F)(double)>
void test(const Call& c) {
  Whole result;
  for (Real x : c.in(0).tensor().values()) result.push_back(F(x));
  c.out(Value(c.in(0).shape(), std::move(result), Type::boolean));
}

Number negative(Number x) { return minus(0, x); }
Number magnitude(Number x) { return x < 0 ? minus(0, x) : x; }
Number sign_of(Number x) { return (x > 0) - (x < 0); }
double round_to_even(double x) { return std::nearbyint(x); }
bool is_nan(double x) { return std::isnan(x); }

void clip(const Call& c) {
  const Value& x = c.in(0);
  if (x.is_whole()) {
    Whole result(x.whole());
    for (Number& n : result) {
      if (c.has(1) && c.in(1).size() == 1) n = std::max(n, c.numbers(1)[0]);
      if (c.has(2) && c.in(2).size() == 1) n = std::min(n, c.numbers(2)[0]);
    }
    return c.out(Value(x.shape(), std::move(result), x.type()));
  }
  Tensor y = x.stored();
  if (c.has(1) || c.given("min"))
    y = maximum(y, scalar(c.has(1) ? static_cast<Real>(c.number(1)) : c.real("min", 0)));
  if (c.has(2) || c.given("max"))
    y = minimum(y, scalar(c.has(2) ? static_cast<Real>(c.number(2)) : c.real("max", 0)));
  c.out(x.with(y));
}

void cast_to(const Call& c, Type to) {
  const Value& x = c.in(0);
  if (bytes_of(to) == 0) unsupported("a cast to ", name_of(to));
  if (is_real(to)) return c.out(x.is_whole() ? Value(x.tensor(), to) : x.as(to));
  Whole result;
  if (x.is_whole()) result = x.whole();
  if (!x.is_whole())
    for (Real value : x.tensor().values()) {
      const bool fits = std::abs(value) < 9.2e18f;
      result.push_back(to == Type::boolean ? value != 0 : fits ? static_cast<Number>(value) : 0);
    }
  for (Number& n : result) n = wrapped(to, n);
  c.out(Value(x.shape(), std::move(result), to));
}

void cast(const Call& c) { cast_to(c, static_cast<Type>(c.whole("to"))); }
void cast_like(const Call& c) { cast_to(c, c.in(1).type()); }

void is_infinite(const Call& c) {
  const bool negative = c.integer("detect_negative", 1) != 0,
             positive = c.integer("detect_positive", 1) != 0;
  Whole result;
  for (const Real x : c.in(0).tensor().values())
    result.push_back(std::isinf(x) && (x < 0 ? negative : positive));
  c.out(Value(c.in(0).shape(), std::move(result), Type::boolean));
}

const Operator kRows[] = {
    {"Abs", both_ways<abs, magnitude>},
    {"Acos", on_host<std::acos>},
    {"Acosh", on_host<std::acosh>},
    {"Add", binary<add, plus>},
    {"And", binary<mul, both>},
    {"Asin", on_host<std::asin>},
    {"Asinh", on_host<std::asinh>},
    {"Atan", on_host<std::atan>},
    {"Atanh", on_host<std::atanh>},
    {"Cast", cast},
    {"CastLike", cast_like},
    {"Ceil", on_host<std::ceil>},
    {"Clip", clip},
    {"Cosh", on_host<std::cosh>},
    {"Div", binary<div, quotient>},
    {"Equal", compare<equals>},
    {"Erf", on_host<std::erf>},
    {"Floor", on_host<std::floor>},
    {"Greater", compare<is_greater>},
    {"GreaterOrEqual", compare<not_less>},
    {"IsInf", is_infinite},
    {"IsNaN", test<is_nan>},
    {"Less", compare<is_less>},
    {"LessOrEqual", compare<not_greater>},
    {"Max", variadic<maximum, most>},
    {"Mean", mean_of_inputs},
    {"Min", variadic<minimum, least>},
    {"Mod", mod},
    {"Mul", binary<mul, times>},
    {"Neg", both_ways<neg, negative>},
    {"Not", logical_not},
    {"Or", binary<add, either>},
    {"Pow", pow},
    {"Round", on_host<round_to_even>},
    {"Sign", both_ways<sign, sign_of>},
    {"Sinh", on_host<std::sinh>},
    {"Sub", binary<sub, minus>},
    {"Sum", variadic<add, plus>},
    {"Tan", on_host<std::tan>},
    {"Where", where},
    {"Xor", binary<sub, one_of>},
};

}  // namespace

std::span<const Operator> number_operators() { return kRows; }

}  // namespace engine::graph
