// Arithmetic and comparisons, on tensors by the engine and on whole numbers on the host; and the
// functions of single numbers that the engine has no row for, also on the host.
#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/graph/ops/host.h"
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

// f of every pair of whole numbers a and b, as Bits where they have no sign.
template <class F>
Value zip_whole(const Call& c, const Value& a, const Value& b, const F& f) {
  const Shape shape = broadcast("broadcast", a.shape(), b.shape());
  c.allow(shape);
  const auto grown = [&](const Value& x) {
    if (x.shape() == shape) return x;
    return moved(x, [&](const Tensor& t) { return expand_to(t, shape); });
  };
  const Value x = grown(a), y = grown(b);
  Whole result(x.whole().size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const Number p = x.whole()[i], q = y.whole()[i];
    result[i] = a.type() == Type::uint64 ? static_cast<Number>(f(Bits(p), Bits(q)))
                                         : wrapped(a.type(), f(p, q));
  }
  return {shape, std::move(result), a.type()};
}

// --- Arithmetic ------------------------------------------------------------------------------

template <Tensor (*Real2)(const Tensor&, const Tensor&), auto Whole2>
void binary(const Call& c) {
  if (c.in(0).is_whole()) return c.out(zip_whole(c, c.in(0), c.in(1), Whole2));
  const Operands x = operands(c, 0, 2);
  c.out(x.value(Real2(x[0], x[1])));
}

// Any number of operands, from left to right.
template <Tensor (*Real2)(const Tensor&, const Tensor&), auto Whole2>
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

// Of Numbers or of Bits.
constexpr auto plus = [](auto a, auto b) { return static_cast<decltype(a)>(Bits(a) + Bits(b)); };
constexpr auto minus = [](auto a, auto b) { return static_cast<decltype(a)>(Bits(a) - Bits(b)); };
constexpr auto times = [](auto a, auto b) { return static_cast<decltype(a)>(Bits(a) * Bits(b)); };
constexpr auto least = [](auto a, auto b) { return std::min(a, b); };
constexpr auto most = [](auto a, auto b) { return std::max(a, b); };
constexpr auto quotient = [](auto a, auto b) {
  check(b != 0, "a whole number is divided by zero");
  return std::is_signed_v<decltype(b)> && b == decltype(b)(-1) ? minus(decltype(a){0}, a) : a / b;
};
constexpr auto c_remainder = [](auto a, auto b) {  // with the sign of a
  check(b != 0, "a whole number is divided by zero");
  return std::is_signed_v<decltype(b)> && b == decltype(b)(-1) ? 0 : a % b;
};
constexpr auto remainder = [](auto a, auto b) {  // with the sign of b
  const auto r = c_remainder(a, b);
  if constexpr (std::is_signed_v<decltype(b)>)
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  else
    return r;
};
constexpr auto both = [](auto a, auto b) { return decltype(a)(a && b); };
constexpr auto either = [](auto a, auto b) { return decltype(a)(a || b); };
constexpr auto one_of = [](auto a, auto b) { return decltype(a)(!a != !b); };

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

double real_remainder(double a, double b) {  // with the sign of b
  const double r = std::fmod(a, b);
  return r == 0 ? std::copysign(r, b) : (r < 0) != (b < 0) ? r + b : r;
}

void mod(const Call& c) {
  const bool c_rule = c.integer("fmod", 0) != 0;
  const Value &a = c.in(0), &b = c.in(1);
  if (a.is_whole())
    return c.out(c_rule ? zip_whole(c, a, b, c_remainder) : zip_whole(c, a, b, remainder));
  if (c_rule) return zip_on_host(c, [](double x, double y) { return std::fmod(x, y); });
  zip_on_host(c, real_remainder);
}

// By squaring; wraps around as products do.
Bits power_of(Bits base, Bits exponent) {
  Bits result = 1;
  for (; exponent != 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

// Powers of whole numbers are whole numbers: exact by products, or a real power without fraction.
Value whole_power(const Value& base, const Value& to) {
  Whole result(base.whole());
  with_elements(to, [&](const auto& exponents) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      const auto b = exponents[i];
      const bool product = b >= 0 && static_cast<double>(b) < 0x1p63 &&
                           static_cast<decltype(b)>(static_cast<Bits>(b)) == b;
      result[i] =
          product ? wrapped(base.type(), static_cast<Number>(power_of(static_cast<Bits>(result[i]),
                                                                      static_cast<Bits>(b))))
                  : whole_from(std::pow(static_cast<double>(result[i]), static_cast<double>(b)),
                               base.type());
    }
  });
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

// Holds: std::less<> and the like.
template <class Holds>
void compare(const Call& c) {
  const Shape shape = together(c, 0, 1);
  const Value a = expanded(c, 0, shape), b = expanded(c, 1, shape);
  if (a.is_whole() && b.is_whole()) {
    const Value result =
        zip_whole(c, a, b, [](auto p, auto q) { return decltype(p){Holds()(p, q)}; });
    return c.out(result.as(Type::boolean));
  }
  Whole result(static_cast<std::size_t>(shape.size()));
  const std::vector<Real> x = a.tensor().values(), y = b.tensor().values();
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = Holds()(x[i], y[i]);
  c.out(Value(shape, std::move(result), Type::boolean));
}

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

Number negative(Number x) { return minus(Number{0}, x); }
Number magnitude(Number x) { return x < 0 ? negative(x) : x; }
Number sign_of(Number x) { return (x > 0) - (x < 0); }
double round_to_even(double x) { return std::nearbyint(x); }
bool is_nan(double x) { return std::isnan(x); }

void clip(const Call& c) {
  const Value& x = c.in(0);
  if (x.is_whole()) {
    const auto limit = [&](int i) { return Value(Shape{}, Whole{c.numbers(i)[0]}, x.type()); };
    Value y = x;
    if (c.has(1) && c.in(1).size() == 1) y = zip_whole(c, y, limit(1), most);
    if (c.has(2) && c.in(2).size() == 1) y = zip_whole(c, y, limit(2), least);
    return c.out(y);
  }
  Tensor y = x.stored();
  if (c.has(1) || c.given("min"))
    y = maximum(y, scalar(c.has(1) ? static_cast<Real>(c.number(1)) : c.real("min", 0)));
  if (c.has(2) || c.given("max"))
    y = minimum(y, scalar(c.has(2) ? static_cast<Real>(c.number(2)) : c.real("max", 0)));
  c.out(x.with(y));
}

// Float64 is held as Real, which may be unable to tell it from its neighbours. Said where whole
// numbers meet it, for these may be places or counts.
void check_exact(Type type, double as_real, double exact, bool may_be_rounded) {
  if (type == Type::float64 && (as_real != exact || may_be_rounded))
    unsupported("float64 is held as float32, where whole numbers beyond 2^24 are rounded: ", exact);
}

void cast_to(const Call& c, Type to) {
  const Value& x = c.in(0);
  if (bytes_of(to) == 0) unsupported("a cast to ", name_of(to));
  const auto rounded = [&](const Tensor& t) {
    if (to != Type::float16) return t;
    std::vector<Real> values = t.values();
    std::transform(values.begin(), values.end(), values.begin(), half_from);
    return Tensor::from(t.shape(), values);
  };
  if (is_real(to) && !x.is_whole())
    return c.out(x.type() == to ? x : x.with(rounded(x.stored())).as(to));
  if (is_real(to)) {
    const Tensor reals = rounded(x.tensor());
    with_elements(x, [&, as_real = reals.values()](const auto& exact) {
      for (std::size_t i = 0; i < exact.size(); ++i)
        check_exact(to, as_real[i], static_cast<double>(exact[i]), false);
    });
    return c.out(Value(reals, to));
  }
  Whole result;
  if (x.is_whole()) {
    for (const Number n : x.whole()) result.push_back(wrapped(to, n));
  } else {
    constexpr double kCounted = sizeof(Real) < sizeof(double) ? 0x1p24 : 0x1p53;
    for (const Real value : x.tensor().values()) {
      result.push_back(whole_from(value, to));
      check_exact(x.type(), value, value, to != Type::boolean && std::abs(value) > kCounted);
    }
  }
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

const Operator kNumberOperators[] = {
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
    {"Equal", compare<std::equal_to<>>},
    {"Erf", on_host<std::erf>},
    {"Floor", on_host<std::floor>},
    {"Greater", compare<std::greater<>>},
    {"GreaterOrEqual", compare<std::greater_equal<>>},
    {"IsInf", is_infinite},
    {"IsNaN", test<is_nan>},
    {"Less", compare<std::less<>>},
    {"LessOrEqual", compare<std::less_equal<>>},
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

std::span<const Operator> number_operators() { return kNumberOperators; }

}  // namespace engine::graph
