// Arguments: settings that name rows of a table, each with its own arguments.
//
//   spectral(k=2, iterations=2) + bjorck      several, joined by +
//   gp(lambda=5)                              one; omitted arguments keep their defaults
//
// Rows are values that list their options: each option's name, default and limits, so that reading,
// help and checks follow from `options`. Errors: text of another form, an unknown name or argument
// (with the known ones), an argument given twice or out of range.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/real.h"
#include "engine/table.h"

namespace gan::training {

using engine::Index;

constexpr int kMostIterations = 1'000'000;  // more would take forever

struct Argument {
  std::string name;
  std::variant<double, int, bool> value;  // the default, or what the user gave
  double above = 0;                       // what a double must be greater than
  double below = std::numeric_limits<double>::infinity();
  int most = 0;  // what an int may be at most
  bool given = false;
};
using Arguments = std::vector<Argument>;

// The members of every row.
struct Form {
  std::string name;
  Arguments defaults;
  std::string help;
};

// Passed to a value's `options`: records each option with its default.
struct ArgumentLister {
  Arguments found;

  void operator()(const char* name, engine::Real value, double above = 0,
                  double below = std::numeric_limits<double>::infinity()) {
    found.push_back({.name = name, .value = double{value}, .above = above, .below = below});
  }
  template <std::same_as<int> Int>  // keeps a Real with an int for `above` in the overload above
  void operator()(const char* name, Int value, int most = kMostIterations) {
    found.push_back({.name = name, .value = value, .most = most});
  }
  void operator()(const char* name, bool value) { found.push_back({.name = name, .value = value}); }
};

// Passed to a value's `options`: sets each option to the value in a list.
struct ArgumentSetter {
  const Arguments& arguments;

  template <class T>
  T value(const std::string& name) const {
    for (const Argument& argument : arguments)
      if (argument.name == name) return std::get<T>(argument.value);
    return T();
  }
  void operator()(const char* name, engine::Real& member, double = 0, double = 0) const {
    member = static_cast<engine::Real>(value<double>(name));
  }
  void operator()(const char* name, int& member, int = 0) const { member = value<int>(name); }
  void operator()(const char* name, bool& member) const { member = value<bool>(name); }
};

// The options of a value, and the value with its options set. A value without `options` has none.
template <class Lister = ArgumentLister, class Value>
Arguments arguments_of(Value value) {
  Lister lister;
  if constexpr (requires { value.options(lister); }) value.options(lister);
  return lister.found;
}
template <class Value, class Setter = ArgumentSetter>
Value with_arguments(Value value, Setter setter) {
  if constexpr (requires { value.options(setter); }) value.options(setter);
  return value;
}

// "name(argument=default, ...)", and a line of that and one of help for each row.
std::string written(const Form& form);
std::string described(const Form& form);
template <class Row>
std::string described(const engine::Table<Row>& rows) {
  std::string text;
  for (const Row& row : rows) text += described(row);
  return text;
}

// The calls in a text: each name, and the text between its parentheses.
struct Call {
  std::string name, arguments;
};
std::vector<Call> read_calls(const std::string& text);

// The defaults of a row, overridden by the text between the parentheses.
Arguments read_arguments(const Form& form, const std::string& text);

// Fails with what is wrong with a text; the caller adds the key.
[[noreturn]] void complain(const std::string& text, const char* complaint);

// The names of the rows that do something: all but "none".
template <class Row>
std::vector<std::string> names_that_do(const engine::Table<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows)
    if (row.make) names.push_back(row.name);
  return names;
}

// The rows that a setting names, each with its arguments. `check` reports arguments that
// exclude each other.
template <class Row>
using NamedRows = std::vector<std::pair<const Row*, Arguments>>;
template <class Row>
NamedRows<Row> read_rows(const engine::Table<Row>& rows, const std::string& text,
                         void (*check)(const Arguments&) = nullptr) {
  try {
    NamedRows<Row> named;
    for (const Call& call : read_calls(text)) {
      const Row& row = rows.find(call.name);
      named.emplace_back(&row, read_arguments(row, call.arguments));
      if (check) check(named.back().second);
    }
    return named;
  } catch (const engine::Error& error) {
    complain(text, error.what());
  }
}

// A setting of this kind, stored as the text that was given.
template <class Setting>
concept Written = requires(const Setting& setting) {
  { setting.text() } -> std::same_as<const std::string&>;
}
&&std::constructible_from<Setting, std::string>;

}  // namespace gan::training
