#include "gan/training/constraints.h"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <regex>
#include <sstream>

#include "gan/console/read_number.h"
#include "gan/console/table.h"
#include "layers/constraints/list.h"

namespace gan::training {
namespace {

using engine::check;
using engine::Index;
using engine::Real;
using layers::Constraint;

struct Option {
  enum class Kind { number, whole, flag };
  std::string name;
  double value;  // the default, or what was given
  Kind kind = Kind::number;
  double above = 0;  // what a number must be greater than
  double most = std::numeric_limits<Real>::max();
  bool given = false;  // by the user
};
using Options = std::vector<Option>;

constexpr const char* kNetworkK = "network_k";
constexpr int kMostIterations = 1'000'000;  // more would take for ever

// What a constraint's `options` calls: notes each option with its default.
struct Lister {
  Options found;

  void operator()(const char* name, Real value, double above = 0) {
    // As a user would write it: 0.01, not the nearest float's 0.0099999998.
    found.push_back(
        {name, std::stod((std::ostringstream() << value).str()), Option::Kind::number, above});
    if (found.back().name == "k") found.push_back({kNetworkK, 0});
  }
  template <std::same_as<int> Int>  // an int for `above` makes no whole number of a Real
  void operator()(const char* name, Int value, int most = kMostIterations) {
    found.push_back({name, double(value), Option::Kind::whole, 0, double(most)});
  }
  void operator()(const char* name, bool value) {
    found.push_back({name, double(value), Option::Kind::flag});
  }
  void operator()(const char* name, layers::Mode value) {
    (*this)(name, value == layers::Mode::at_most);
  }
  void operator()(layers::Target& target) { target.options(*this); }
};

// And: sets each to the value in a list.
struct Setter {
  const Options& given;
  Index layers;  // that share a network_k

  double value(const std::string& name) const {
    for (const Option& option : given)
      if (option.name == name) return option.value;
    return 0;
  }
  void operator()(const char* name, Real& member, double = 0) const {
    member = static_cast<Real>(value(name));
    const double network_k = std::string(name) == "k" ? value(kNetworkK) : 0;
    if (network_k > 0)
      member = static_cast<Real>(std::pow(network_k, 1.0 / static_cast<double>(layers)));
  }
  void operator()(const char* name, int& member, int = 0) const {
    member = static_cast<int>(value(name));
  }
  void operator()(const char* name, bool& member) const { member = value(name) != 0; }
  void operator()(const char* name, layers::Mode& member) const {
    member = value(name) != 0 ? layers::Mode::at_most : layers::Mode::equal;
  }
  void operator()(layers::Target& target) { target.options(*this); }
};

struct Row {
  std::string name;
  Options defaults;
  std::string help;
  std::function<Constraint(const Options&, Index layers)> make;  // empty: the weight as it is
};

std::span<const Row> rows() {
  static const std::vector<Row> table = [] {
    std::vector<Row> rows = {{"none", {}, "the weights as they are", {}}};
    layers::for_each_constraint([&](const char* name, auto constraint, const char* help) {
      Lister lister;
      constraint.options(lister);
      rows.push_back({name, lister.found, help, [constraint](const Options& given, Index layers) {
                        auto made = constraint;
                        Setter setter{given, layers};
                        made.options(setter);
                        return Constraint(made);
                      }});
    });
    return rows;
  }();
  return table;
}

// Reads text as items of this form, each followed by the separator or the end, and hands the match
// of each to `visit`. False if the text is not of that form.
template <class Visit>
bool each(const std::string& text, const std::string& item, const std::string& separator,
          Visit visit) {
  constexpr std::size_t kMost = 1000;  // std::regex recurses for each letter
  check(text.size() <= kMost, "is longer than ", kMost, " letters");
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

// The value of an option as the user typed it.
double number(const Option& option, const std::string& text) {
  double value = 0;
  const bool read = console::read_number(text, value);
  const std::string given = "argument " + option.name + "=" + text;
  if (option.kind == Option::Kind::flag) {
    check(read && (value == 0 || value == 1), given, " is neither 0 nor 1");
    return value;
  }
  const bool untouched = value == option.value;  // network_k=0 is how the help shows it
  const bool above = static_cast<Real>(value) > static_cast<Real>(option.above);  // as it is used
  check(read && (above || untouched), given, " is not a number greater than ", option.above);
  if (option.kind == Option::Kind::whole)
    check(value == std::floor(value) && value <= option.most, given,
          " is not a whole number up to ", static_cast<Index>(option.most));
  check(value <= option.most, given, " is too large");
  return value;
}

std::string form(const Row& row) {
  std::ostringstream text;
  text << row.name;
  const char* before = "(";
  for (const Option& option : row.defaults) {
    text << before << option.name << '=' << option.value;
    before = ", ";
  }
  return text.str() + (row.defaults.empty() ? "" : ")");
}

// Arguments that would be ignored beside others.
void check_together(const Options& options) {
  const auto given = [&](const std::string& name) {
    return std::any_of(options.begin(), options.end(), [&](const Option& o) {
      return o.name == name && o.given && (o.value != 0 || o.kind == Option::Kind::flag);
    });
  };
  check(!given("k") || !given(kNetworkK), "k and network_k exclude each other: give one");
  const bool gain = std::any_of(options.begin(), options.end(),
                                [](const Option& o) { return o.name == "gain" && o.value != 0; });
  for (const char* name : {"k", kNetworkK, "at_most", "through_scale"})
    check(!gain || !given(name), "gain=1 learns the norms, so that ", name,
          " would mean nothing beside it: leave one out");
}

Options arguments(const Row& row, const std::string& text) {
  Options result = row.defaults;
  if (text.empty()) return result;
  const bool read = each(text, "([a-z_]+)\\s*=\\s*([^,\\s]+)", ",", [&](const std::smatch& match) {
    const auto option = std::find_if(result.begin(), result.end(),
                                     [&](const Option& o) { return o.name == match[1]; });
    check(option != result.end(), "there is no argument '", match[1].str(), "' in ", form(row));
    check(!option->given, "argument ", option->name, " is given twice");
    option->value = number(*option, match[2]);
    option->given = true;
  });
  check(read, "arguments (", text, ") are not of the form ", form(row));
  check_together(result);
  return result;
}

}  // namespace

std::vector<Constraint> parse_constraints(const std::string& text, Index layers) {
  std::vector<Constraint> chain;
  try {
    const bool read =
        each(text, "([a-z-]+)\\s*(?:\\(([^()]*)\\))?", "\\+", [&](const std::smatch& match) {
          const Row& row = console::find(rows(), "constraint", match[1]);
          const Options given = arguments(row, match[2]);
          if (row.make) chain.push_back(row.make(given, layers));
        });
    check(read, "is not of the form name(argument=value, ...), joined by +");
  } catch (const engine::Error& error) {
    constexpr std::size_t kShown = 200;
    engine::fail("d.constraint=", text.substr(0, kShown), text.size() > kShown ? "..." : "", ": ",
                 error.what());
  }
  return chain;
}

std::vector<std::string> constraint_names() {
  std::vector<std::string> names;
  for (const Row& row : rows())
    if (row.make) names.push_back(row.name);
  return names;
}

std::string describe_constraints() {
  std::ostringstream text;
  for (const Row& row : rows()) text << "  " << form(row) << "\n      " << row.help << '\n';
  return text.str();
}

}  // namespace gan::training
