// The functions that a row of pointwise.def may call: each is the one of float or of double, called
// as a row does it, and gives what the C library gives for long double.
#include "engine/row_functions.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

using namespace engine::row_functions;
using Long = long double;

struct Call {
  const char* name;
  float (*of_float)(float);
  double (*of_double)(double);
  Long (*exact)(Long);
};

// `formula` as a row would say it, whose type has to be that of x; `exact` in long double.
#define CALL(formula, exact)                                                             \
  {                                                                                      \
#formula,                                                                              \
        [](float x) {                                                                      \
          static_assert(std::is_same_v<decltype(formula), float>, #formula);               \
          return formula;                                                                  \
        },                                                                                 \
        [](double x) {                                                                     \
          static_assert(std::is_same_v<decltype(formula), double>, #formula);              \
          return formula;                                                                  \
        },                                                                                 \
        [](Long x) -> Long { return exact; } \
  }
#define SAME(function) CALL(function(x), std::function(x))

const std::vector<Call> kCalls = {
    SAME(abs),
    SAME(fabs),
    SAME(ceil),
    SAME(floor),
    SAME(nearbyint),
    SAME(rint),
    SAME(round),
    SAME(trunc),
    SAME(acos),
    SAME(asin),
    SAME(atan),
    SAME(cos),
    SAME(sin),
    SAME(tan),
    SAME(acosh),
    SAME(asinh),
    SAME(atanh),
    SAME(cosh),
    SAME(sinh),
    SAME(tanh),
    SAME(cbrt),
    SAME(exp),
    SAME(exp2),
    SAME(expm1),
    SAME(log),
    SAME(log10),
    SAME(log1p),
    SAME(log2),
    SAME(sqrt),
    SAME(erf),
    SAME(erfc),
    SAME(lgamma),
    SAME(tgamma),
    CALL(atan2(x, 2), std::atan2(x, 2.0L)),
    CALL(copysign(x, -1), -std::fabs(x)),
    CALL(fma(x, 2, 3), 2 * x + 3),
    CALL(fmax(x, 0), x > 0 ? x : 0),
    CALL(fmin(x, 0), x < 0 ? x : 0),
    CALL(fmod(x, 2), std::fmod(x, 2.0L)),
    CALL(hypot(x, 2), std::hypot(x, 2.0L)),
    CALL(pow(x, 2), x* x),
    CALL(remainder(x, 2), std::remainder(x, 2.0L)),
    CALL(x / (1 + abs(x)), x / (1 + std::fabs(x))),  // softsign
    CALL(x*(1 + erf(x / sqrt(0 * x + 2))) / 2, x*(1 + std::erf(x / std::sqrt(2.0L))) / 2),
};

template <class T>
void check_near(T got, T x, Long (*exact)(Long)) {
  const Long wanted = exact(x);
  if (std::isnan(wanted)) {
    CHECK(std::isnan(got));
  } else {
    CHECK(std::fabs(got - wanted) <=
          8 * std::numeric_limits<T>::epsilon() * (1 + std::fabs(wanted)));
  }
}

TEST_CASE("row functions: each is of float in float32 and of double in float64") {
  for (const Call& call : kCalls) {
    CAPTURE(call.name);
    for (const double x : {-2.5, -0.7, 0.3, 0.5, 1.4, 2.5}) {
      CAPTURE(x);
      check_near(call.of_float(static_cast<float>(x)), static_cast<float>(x), call.exact);
      check_near(call.of_double(x), x, call.exact);
    }
  }
}

TEST_CASE("row functions: beyond the range of an int, and what is not a number") {
  CHECK(abs(-3e20F) == 3e20F);
  CHECK(floor(-1e30) == -1e30);
  CHECK(round(-0.4F) == 0);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK((isnan(abs(nan)) && !isfinite(nan) && isinf(exp(1e4F)) && signbit(-0.0F)));
}

}  // namespace
