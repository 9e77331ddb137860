#include "layers/lipschitz/sized.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"

namespace layers {

using namespace engine;

Sized sized(const std::string& where, const Tensor& weight) {
  check(weight.size() > 0, where, ": a weight of shape ", weight.shape(), " has no elements");
  std::vector<Real> values = weight.values();
  Real largest = 0;
  for (const Real value : values) {
    check(std::isfinite(value), where, ": a weight of shape ", weight.shape(), " holds ", value);
    largest = std::max(largest, std::abs(value));
  }
  constexpr int kOrdinary = 30;  // 1e-9 to 1e9: neither squares nor their sums leave float32
  const int exponent = largest > 0 ? std::ilogb(largest) : 0;
  if (std::abs(exponent) <= kOrdinary) return {weight, 1};
  for (Real& value : values) value = std::ldexp(value, -exponent);
  return {Tensor::from(weight.shape(), values), std::ldexp(1.0, exponent)};
}

}  // namespace layers
