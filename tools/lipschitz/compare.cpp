#include "tools/lipschitz/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace lipschitz {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string text(const Json& json) {
  if (!json.is_number_float()) return shown(json).substr(0, 22);
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.15g", json.get<double>());
  return buffer;
}

double error_of(const Json& stored, const Json& computed, Comparison comparison, double scale) {
  if (!stored.is_number() || !computed.is_number()) return stored == computed ? 0 : kInfinity;
  const double a = stored, b = computed;
  if (comparison == Comparison::rounding) return std::max(std::abs(a), std::abs(b));
  const double difference = std::abs(a - b);
  if (difference == 0) return 0;  // also for zero against zero
  const double error = comparison == Comparison::absolute ? difference : difference / scale;
  return std::isfinite(error) ? error : kInfinity;
}

double magnitude(const Json& json) { return json.is_number() ? std::abs(json.get<double>()) : 0; }

}  // namespace

Difference compare(const Json& stored, const Json& computed, Comparison comparison) {
  if (!stored.is_structured())
    return {"", text(stored), text(computed),
            error_of(stored, computed, comparison, magnitude(stored))};
  const bool alike = stored.type() == computed.type() && stored.size() == computed.size();
  if (!alike) return {"", text(stored), text(computed), kInfinity};

  double scale = 0;  // lists are compared relative to the largest element, objects value by value
  for (const Json& element : stored) scale = std::max(scale, magnitude(element));
  Difference worst{"", "", "", -1};
  for (const auto& [key, element] : stored.items()) {
    const Json& other = stored.is_array() ? computed[std::stoul(key)] : computed[key];
    const double error =
        error_of(element, other, comparison, stored.is_array() ? scale : magnitude(element));
    if (error > worst.error) worst = {"[" + key + "]", text(element), text(other), error};
  }
  if (worst.error < 0) return {"", text(stored), text(computed), 0};  // both empty
  return worst;
}

}  // namespace lipschitz
