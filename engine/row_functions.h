// The functions that a row of pointwise.def may call. In a row `abs(x)` is
// unqualified, and could be C's abs(int); after `using namespace row_functions` it is the overload
// for Real. Each exists for float and double, on the CPU and in CUDA kernels; with several
// arguments the first one selects the type, so that pow(x, 2) is a Real. Cost: none. Errors:
// calling any other function, such as one of int or double, does not compile (CMakeLists.txt makes
// the conversion an error).
#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

#include "engine/real.h"

namespace engine::row_functions {

using std::abs, std::fabs, std::ceil, std::floor, std::nearbyint, std::rint, std::round, std::trunc;
using std::acos, std::asin, std::atan, std::cos, std::sin, std::tan;
using std::acosh, std::asinh, std::atanh, std::cosh, std::sinh, std::tanh;
using std::cbrt, std::exp, std::exp2, std::expm1, std::log, std::log10, std::log1p, std::log2,
    std::sqrt;
using std::erf, std::erfc, std::lgamma, std::tgamma;
using std::isfinite, std::isinf, std::isnan, std::signbit;

template <std::floating_point T>
using Same = std::type_identity_t<T>;  // whatever converts to T

// Functions of two and three arguments, as in <cmath>.
template <std::floating_point T>
KANTOR_DEVICE T atan2(T y, Same<T> x) {
  return std::atan2(y, x);
}
template <std::floating_point T>
KANTOR_DEVICE T copysign(T x, Same<T> sign) {
  return std::copysign(x, sign);
}
template <std::floating_point T>
KANTOR_DEVICE T fma(T x, Same<T> y, Same<T> z) {
  return std::fma(x, y, z);
}
template <std::floating_point T>
KANTOR_DEVICE T fmax(T x, Same<T> y) {
  return std::fmax(x, y);
}
template <std::floating_point T>
KANTOR_DEVICE T fmin(T x, Same<T> y) {
  return std::fmin(x, y);
}
template <std::floating_point T>
KANTOR_DEVICE T fmod(T x, Same<T> y) {
  return std::fmod(x, y);
}
template <std::floating_point T>
KANTOR_DEVICE T hypot(T x, Same<T> y) {
  return std::hypot(x, y);
}
template <std::floating_point T>
KANTOR_DEVICE T pow(T x, Same<T> y) {
  return std::pow(x, y);
}
template <std::floating_point T>
KANTOR_DEVICE T remainder(T x, Same<T> y) {
  return std::remainder(x, y);
}

}  // namespace engine::row_functions
