#include "gan/training/arguments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <sstream>

#include "gan/console/read_number.h"

namespace gan::training {
namespace {

using engine::check;
using engine::Real;

// Parses text as items of this form, each followed by the separator or the end, and passes each
// match to `visit`. False if the text has another form.
template <class Visit>
bool each(const std::string& text, const std::string& item, const std::string& separator,
          Visit visit) {
  constexpr std::size_t kMost = 1000;  // std::regex recurses for each character
  check(text.size() <= kMost, "is longer than ", kMost, " characters");
  const std::regex form("\\s*" + item + "\\s*(" + separator + "|$)");
  auto position = text.cbegin();
  std::smatch match;
  do {
    if (!std::regex_search(position, text.cend(), match, form,
                           std::regex_constants::match_continuous))
      return false;
    position = match[0].second;
    visit(match);
  } while (match[match.size() - 1].length() > 0);
  return true;
}

// Parses the user's text for an argument, in the argument's type.
void take(Argument& argument, const std::string& text) {
  const std::string typed = "argument " + argument.name + "=" + text;
  double value = 0;
  const bool read = console::read_number(text, value);
  const auto into = [&]<class T>(T& kept) {
    if constexpr (std::same_as<T, bool>) {
      check(read && (value == 0 || value == 1), typed, " is neither 0 nor 1");
    } else {
      const bool untouched = value == static_cast<double>(kept);  // the help shows network_k=0
      const bool above = static_cast<Real>(value) > static_cast<Real>(argument.above);  // as used
      check(read && (above || untouched), typed, " is not a number greater than ", argument.above);
      check(std::isinf(argument.below) ||
                static_cast<Real>(value) < static_cast<Real>(argument.below),
            typed, " is not a number below ", argument.below);
      if constexpr (std::same_as<T, int>)
        check(value == std::floor(value) && value <= argument.most, typed,
              " is not a whole number up to ", argument.most);
      check(value <= std::numeric_limits<Real>::max(), typed, " is too large");
    }
    kept = static_cast<T>(value);
  };
  std::visit(into, argument.value);
  argument.given = true;
}

}  // namespace

std::string written(const Form& form) {
  std::ostringstream text;
  text << form.name;
  const char* before = "(";
  for (const Argument& argument : form.defaults) {
    text << before << argument.name << '=';
    std::visit([&](auto value) { text << value; }, argument.value);
    before = ", ";
  }
  return text.str() + (form.defaults.empty() ? "" : ")");
}

std::string described(const Form& form) {
  return "  " + written(form) + "\n      " + form.help + '\n';
}

std::vector<Call> read_calls(const std::string& text) {
  std::vector<Call> calls;
  const bool read =
      each(text, "([a-z0-9-]+)\\s*(?:\\(([^()]*)\\))?", "\\+", [&](const std::smatch& match) {
        calls.push_back({match[1].str(), match[2].str()});
      });
  check(read, "must be name(argument=value, ...), one or several joined by +");
  return calls;
}

Arguments read_arguments(const Form& form, const std::string& text) {
  Arguments result = form.defaults;
  if (text.empty()) return result;
  const bool read =
      each(text, "([a-z0-9_]+)\\s*=\\s*([^,\\s]+)", ",", [&](const std::smatch& match) {
        const auto argument = std::ranges::find(result, match[1].str(), &Argument::name);
        check(argument != result.end(), "unknown argument '", match[1].str(), "'; the form is ",
              written(form));
        check(!argument->given, "argument ", argument->name, " is given twice");
        take(*argument, match[2]);
      });
  check(read, "arguments (", text, ") are not of the form ", written(form));
  return result;
}

void complain(const std::string& text, const char* complaint) {
  constexpr std::size_t kShown = 200;
  engine::fail(text.substr(0, kShown), text.size() > kShown ? "..." : "", ": ", complaint);
}

}  // namespace gan::training
