#include <algorithm>
#include <sstream>

#include "gan/console/options.h"
#include "gan/console/read_number.h"

namespace gan::console {

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  const auto decimal = [=](std::string& text) -> std::string {
    std::uint64_t number = 0;
    if (!read_number(text, number) || number < low || number > high)
      return "'" + text + "' is not a whole number from " + std::to_string(low) + " to " +
             std::to_string(high);
    text = std::to_string(number);  // without leading zeros, which would make it octal
    return "";
  };
  return {decimal, ""};
}

CLI::Validator finite_number() {
  const auto finite = [](const std::string& text) -> std::string {
    double number = 0;
    return read_number(text, number) ? "" : "'" + text + "' is not a finite number";
  };
  return {finite, ""};
}

CLI::Validator positive_number() {
  const auto positive = [](const std::string& text) -> std::string {
    double number = 0;
    const bool good = read_number(text, number) && number > 0;
    return good ? "" : "'" + text + "' is not a number greater than 0";
  };
  return {positive, ""};
}

CLI::Validator real_number(double low, double high) {
  const auto inside = [=](const std::string& text) -> std::string {
    double number = 0;
    if (read_number(text, number) && number >= low && number <= high) return "";
    std::ostringstream message;
    message << "'" << text << "' is not a number from " << low << " to " << high;
    return message.str();
  };
  return {inside, ""};
}

CLI::Validator not_empty() {
  const auto named = [](const std::string& text) -> std::string {
    return text.empty() ? "an empty name is not a file" : "";
  };
  return {named, ""};
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  const auto known = [names](const std::string& text) -> std::string {
    const bool found = std::find(names.begin(), names.end(), text) != names.end();
    return found ? "" : "unknown name '" + text + "'; use " + engine::alternatives(names);
  };
  return {known, ""};
}

}  // namespace gan::console
