// read_number: parses text that is exactly one decimal number.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <system_error>
#include <type_traits>

namespace gan::console {

// Whether the whole text is one number that fits the type; infinity and NaN are rejected.
template <class Number>
bool read_number(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return false;
  if constexpr (std::is_floating_point_v<Number>) return std::isfinite(number);
  return true;
}

}  // namespace gan::console
