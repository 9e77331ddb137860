#include "gan/training/constraints.h"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <regex>
#include <sstream>
#include <utility>
#include <variant>

#include "gan/console/read_number.h"
#include "gan/console/table.h"
#include "layers/constraints/list.h"

namespace gan::training {
namespace {

using engine::check;
using engine::Index;
using engine::Real;
using layers::Constraint;

using Value = std::variant<double, int, bool>;

struct Option {
  std::string name;
  Value value;       // the default, or what the user gave
  double above = 0;  // what a double must be greater than
  int most = 0;      // what an int may be at most
  bool given = false;
};
using Options = std::vector<Option>;

constexpr const char* kNetworkK = "network_k";
constexpr int kMostIterations = 1'000'000;  // more would take for ever

// What a constraint's `options` calls: notes each option with its default.
struct Lister {
  Options found;

  void operator()(const char* name, Real value, double above = 0) {
    found.push_back({name, double{value}, above});
    if (found.back().name == "k") found.push_back({kNetworkK, 0.0});
  }
  template <std::same_as<int> Int>  // an int for `above` makes no whole number of a Real
  void operator()(const char* name, Int value, int most = kMostIterations) {
    found.push_back({name, value, 0, most});
  }
  void operator()(const char* name, bool value) { found.push_back({name, value}); }
  void operator()(const char* name, layers::Mode value) {
    (*this)(name, value == layers::Mode::at_most);
  }
  void operator()(layers::Target& target) { target.options(*this); }
};

// And: sets each to the value in a list.
struct Setter {
  const Options& options;
  Index layers;  // that share a network_k

  template <class T>
  T value(const std::string& name) const {
    const auto found = std::ranges::find(options, name, &Option::name);
    return found == options.end() ? T() : std::get<T>(found->value);
  }
  void operator()(const char* name, Real& member, double = 0) const {
    const double network_k = std::string(name) == "k" ? value<double>(kNetworkK) : 0;
    member =
        static_cast<Real>(network_k > 0 ? std::pow(network_k, 1.0 / static_cast<double>(layers))
                                        : value<double>(name));
  }
  void operator()(const char* name, int& member, int = 0) const { member = value<int>(name); }
  void operator()(const char* name, bool& member) const { member = value<bool>(name); }
  void operator()(const char* name, layers::Mode& member) const {
    member = value<bool>(name) ? layers::Mode::at_most : layers::Mode::equal;
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
      rows.push_back({name, lister.found, help, [constraint](const Options& options, Index layers) {
                        auto made = constraint;
                        Setter setter{options, layers};
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

// Takes what the user typed for an option, in the option's type.
void take(Option& option, const std::string& text) {
  const std::string typed = "argument " + option.name + "=" + text;
  double value = 0;
  const bool read = console::read_number(text, value);
  const auto into = [&]<class T>(T& kept) {
    if constexpr (std::same_as<T, bool>) {
      check(read && (value == 0 || value == 1), typed, " is neither 0 nor 1");
    } else {
      const bool untouched =
          value == static_cast<double>(kept);  // network_k=0 is how the help shows it
      const bool above = static_cast<Real>(value) > static_cast<Real>(option.above);  // as used
      check(read && (above || untouched), typed, " is not a number greater than ", option.above);
      if constexpr (std::same_as<T, int>)
        check(value == std::floor(value) && value <= option.most, typed,
              " is not a whole number up to ", option.most);
      check(value <= std::numeric_limits<Real>::max(), typed, " is too large");
    }
    kept = static_cast<T>(value);
  };
  std::visit(into, option.value);
  option.given = true;
}

std::string form(const Row& row) {
  std::ostringstream text;
  text << row.name;
  const char* before = "(";
  for (const Option& option : row.defaults) {
    text << before << option.name << '=';
    std::visit([&](auto value) { text << value; }, option.value);
    before = ", ";
  }
  return text.str() + (row.defaults.empty() ? "" : ")");
}

// Arguments that would be ignored beside others.
void check_together(const Options& options) {
  const auto given = [&](const std::string& name) {
    const auto found = std::ranges::find(options, name, &Option::name);
    return found != options.end() && found->given && found->value != Value(0.0);
  };
  check(!given("k") || !given(kNetworkK), "k and network_k exclude each other: give one");
  const auto gain = std::ranges::find(options, "gain", &Option::name);
  if (gain == options.end() || gain->value == Value(false)) return;
  for (const char* name : {"k", kNetworkK, "at_most", "through_scale"})
    check(!given(name), "gain=1 learns the norms, so that ", name,
          " would mean nothing beside it: leave one out");
}

Options arguments(const Row& row, const std::string& text) {
  Options result = row.defaults;
  if (text.empty()) return result;
  const bool read = each(text, "([a-z_]+)\\s*=\\s*([^,\\s]+)", ",", [&](const std::smatch& match) {
    const auto option = std::ranges::find(result, match[1].str(), &Option::name);
    check(option != result.end(), "unknown argument '", match[1].str(), "'; the form is ",
          form(row));
    check(!option->given, "argument ", option->name, " is given twice");
    take(*option, match[2]);
  });
  check(read, "arguments (", text, ") are not of the form ", form(row));
  check_together(result);
  return result;
}

}  // namespace

ConstraintChain::ConstraintChain(std::string text) : text_(std::move(text)) {
  try {
    const bool read =
        each(text_, "([a-z-]+)\\s*(?:\\(([^()]*)\\))?", "\\+", [&](const std::smatch& match) {
          const Row& row = console::find(rows(), "constraint", match[1]);
          const Options given = arguments(row, match[2]);
          if (row.make)
            links_.push_back([&row, given](Index layers) { return row.make(given, layers); });
        });
    check(read, "is not of the form name(argument=value, ...), joined by +");
  } catch (const engine::Error& error) {
    constexpr std::size_t kShown = 200;
    engine::fail("d.constraint=", text_.substr(0, kShown), text_.size() > kShown ? "..." : "", ": ",
                 error.what());
  }
}

std::vector<Constraint> ConstraintChain::operator()(Index layers) const {
  std::vector<Constraint> chain;
  for (const Link& link : links_) chain.push_back(link(layers));
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
