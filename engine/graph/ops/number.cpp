// Arithmetic, conditions and casts: on tensors by the engine; on integers, and if the engine has no
// row, on the host.
#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "engine/graph/ops/host.h"
#include "engine/graph/ops/table.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

using Number = std::int64_t;
using Bits = std::uint64_t;  // wraps around where Number would overflow

Value expanded(const Value& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  return moved(x, [&](const Tensor& t) { return expand_to(t, shape); });
}

// f of the elements of values that are broadcast together: of Numbers, of Bits if the first value
// is unsigned, or of doubles if one of the values is real. Wraps around as the type does.
template <class F, class... Values>
Value on_each(const Call& c, Type type, const F& f, Values... x) {
  Shape shape;
  ((shape = broadcast("broadcast", shape, x.shape())), ...);
  c.allow(shape);
  ((x = expanded(x, shape)), ...);
  const auto made = [&](auto kind, const auto&... v) -> Value {
    const auto at = [&](Index i) { return f(static_cast<decltype(kind)>(v[i])...); };
    Whole numbers(static_cast<std::size_t>(is_real(type) ? 0 : shape.size()));
    std::vector<Real> reals(static_cast<std::size_t>(is_real(type) ? shape.size() : 0));
    for (Index i = 0; i < shape.size(); ++i)
      is_real(type) ? void(reals[i] = static_cast<Real>(at(i)))
                    : void(numbers[i] = wrapped(type, static_cast<Number>(at(i))));
    return is_real(type) ? Value(Tensor::from(shape, reals), type)
                         : Value(shape, std::move(numbers), type);
  };
  if (!(x.is_whole() && ...)) return made(double{}, x.tensor().values()...);
  const bool no_sign = std::get<0>(std::tie(x...)).type() == Type::uint64;
  return no_sign ? made(Bits{}, x.whole()...) : made(Number{}, x.whole()...);
}

// --- Arithmetic ------------------------------------------------------------------------------

// Any number of operands, from left to right: reals by an op, whole numbers on the host.
template <Tensor (*Real2)(const Tensor&, const Tensor&), auto Whole2>
void variadic(const Call& c) {
  if (c.in(0).is_whole()) {
    Value total = c.in(0);
    for (int i = 1; i < c.inputs(); ++i) {
      c.numbers(i);  // so are the others
      total = on_each(c, total.type(), Whole2, total, c.in(i));
    }
    return c.out(total);
  }
  const Operands x = operands(c, 0, c.inputs());
  Tensor total = x[0];
  for (int i = 1; i < c.inputs(); ++i) total = Real2(total, x[i]);
  c.out(x.value(total));
}

template <Tensor (*Real2)(const Tensor&, const Tensor&), auto Whole2>
void binary(const Call& c) {
  check(c.has(1) && c.inputs() == 2, "expected two operands, got ", c.inputs());
  variadic<Real2, Whole2>(c);
}

void mean_of_inputs(const Call& c) {
  const Operands x = operands(c, 0, c.inputs());
  Tensor total = x[0];
  for (int i = 1; i < c.inputs(); ++i) total = total + x[i];
  c.out(x.value(total / static_cast<Real>(c.inputs())));
}

// Of Numbers or of Bits; of doubles only for remainders.
template <class T>
constexpr bool kReal = std::is_floating_point_v<T>;
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
  if constexpr (kReal<decltype(a)>)
    return std::fmod(a, b);
  else {
    check(b != 0, "a whole number is divided by zero");
    return std::is_signed_v<decltype(b)> && b == decltype(b)(-1) ? 0 : a % b;
  }
};
constexpr auto remainder = [](auto a, auto b) {  // with the sign of b
  const auto r = c_remainder(a, b);
  if constexpr (kReal<decltype(a)>)
    if (r == 0) return std::copysign(r, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
};
constexpr auto both = [](auto a, auto b) { return decltype(a)(a && b); };
constexpr auto either = [](auto a, auto b) { return decltype(a)(a || b); };
constexpr auto one_of = [](auto a, auto b) { return decltype(a)(!a != !b); };

void mod(const Call& c) {
  const Value &a = c.in(0), &b = c.in(1);
  if (a.is_whole()) c.numbers(1);
  c.out(c.integer("fmod", 0) != 0 ? on_each(c, a.type(), c_remainder, a, b)
                                  : on_each(c, a.type(), remainder, a, b));
}

// By squaring; wraps around as products do.
Bits power_of(Bits base, Bits exponent) {
  Bits result = 1;
  for (; exponent != 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

// Powers of integers are integers: exact by products, or a truncated real power.
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
  if (!x.is_whole())
    return c.out(on_each(
        c, x.type(), [](double a, double b) { return std::pow(a, b); }, x, exponent));
  const Shape shape = broadcast("broadcast", x.shape(), exponent.shape());
  c.allow(shape);
  c.out(whole_power(expanded(x, shape), expanded(exponent, shape)));
}

// --- Conditions ------------------------------------------------------------------------------

// Holds: std::less<> and the like.
template <class Holds>
void compare(const Call& c) {
  c.out(on_each(c, Type::boolean, Holds(), c.in(0), c.in(1)));
}

template <auto F>
void test(const Call& c) {
  c.out(on_each(c, Type::boolean, F, c.in(0)));
}

void logical_not(const Call& c) {
  c.numbers(0);  // not of reals
  test<[](auto x) { return !x; }>(c);
}

void is_infinite(const Call& c) {
  const bool negative = c.integer("detect_negative", 1) != 0,
             positive = c.integer("detect_positive", 1) != 0;
  const auto found = [&](double x) { return std::isinf(x) && (x < 0 ? negative : positive); };
  c.out(on_each(c, Type::boolean, found, c.in(0)));
}

void where(const Call& c) {
  const Value &which = c.in(0), &a = c.in(1), &b = c.in(2);
  if (a.is_whole()) {
    which.whole(), b.whole();
    return c.out(on_each(
        c, a.type(), [](auto w, auto p, auto q) { return w ? p : q; }, which, a, b));
  }
  Shape shape;
  for (int i = 0; i < 3; ++i) shape = broadcast("broadcast", shape, c.in(i).shape());
  c.allow(shape);
  const Tensor yes = expanded(which, shape).tensor();
  c.out(Value(gate(expanded(a, shape).tensor(), yes) + gate(expanded(b, shape).tensor(), 1 - yes),
              a.type()));
}

// --- One number ------------------------------------------------------------------------------

template <double (*F)(double)>
void on_host(const Call& c) {
  const Tensor& x = c.in(0).stored();
  std::vector<Real> values = x.values();
  for (Real& v : values) v = static_cast<Real>(F(v));
  c.out(c.in(0).with(Tensor::from(x.shape(), values)));
}

// A function of one number: an engine row for reals, the host for integers.
template <Tensor (*Real1)(const Tensor&), auto Whole1>
void both_ways(const Call& c) {
  const Value& x = c.in(0);
  c.out(x.is_whole() ? on_each(c, x.type(), Whole1, x) : x.with(Real1(x.stored())));
}

constexpr auto negative = [](auto x) { return minus(decltype(x){0}, x); };
constexpr auto magnitude = [](auto x) { return x < 0 ? negative(x) : x; };
constexpr auto sign_of = [](auto x) { return (x > 0) - (x < 0); };

void clip(const Call& c) {
  const Value& x = c.in(0);
  if (x.is_whole()) {
    const auto limit = [&](int i) { return Value(Shape{}, Whole{c.numbers(i)[0]}, x.type()); };
    Value y = x;
    if (c.has(1) && c.in(1).size() == 1) y = on_each(c, x.type(), most, y, limit(1));
    if (c.has(2) && c.in(2).size() == 1) y = on_each(c, x.type(), least, y, limit(2));
    return c.out(y);
  }
  Tensor y = x.stored();
  if (c.has(1) || c.given("min"))
    y = maximum(y, scalar(c.has(1) ? static_cast<Real>(c.number(1)) : c.real("min", 0)));
  if (c.has(2) || c.given("max"))
    y = minimum(y, scalar(c.has(2) ? static_cast<Real>(c.number(2)) : c.real("max", 0)));
  c.out(x.with(y));
}

// Float64 is held as Real, which may not distinguish it from its neighbors. This is an error where
// it becomes an integer, which may be a position or a count.
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
    {"Greater", compare<std::greater<>>},
    {"GreaterOrEqual", compare<std::greater_equal<>>},
    {"IsInf", is_infinite},
    {"IsNaN", test<[](auto x) { return x != x; }>},
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
