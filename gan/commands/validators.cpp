#include <charconv>
#include <cmath>

#include "gan/commands/commands.h"

namespace gan {
namespace {

// Whether all of the text is one number.
template <class Number>
bool read(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end;
}

}  // namespace

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  const auto decimal = [=](std::string& text) -> std::string {
    std::uint64_t number = 0;
    if (!read(text, number) || number < low || number > high)
      return "'" + text + "' is not a whole number from " + std::to_string(low) + " to " +
             std::to_string(high);
    text = std::to_string(number);  // without zeros in front, which would make it octal
    return "";
  };
  return {decimal, ""};
}

CLI::Validator positive_number() {
  const auto positive = [](const std::string& text) -> std::string {
    double number = 0;
    const bool good = read(text, number) && std::isfinite(number) && number > 0;
    return good ? "" : "'" + text + "' is not a number greater than 0";
  };
  return {positive, ""};
}

CLI::Validator not_empty() {
  const auto named = [](const std::string& text) -> std::string {
    return text.empty() ? "an empty name is no file" : "";
  };
  return {named, ""};
}

}  // namespace gan
