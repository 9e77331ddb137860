// all_finite(numbers): whether a range of numbers holds neither NaN nor infinity. Cost: a pass.
#pragma once

#include <algorithm>
#include <cmath>

namespace gan::metrics {

template <class Numbers>
bool all_finite(const Numbers& numbers) {
  return std::ranges::all_of(numbers, [](auto x) { return std::isfinite(x); });
}

}  // namespace gan::metrics
