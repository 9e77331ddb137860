#include "gan/training/constraints.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "layers/constraints/list.h"

namespace gan::training {
namespace {

using engine::check;
using layers::Constraint;

constexpr const char* kNetworkK = "network_k";

// Options that only constraints have; network_k beside each k.
struct Lister : ArgumentLister {
  using ArgumentLister::operator();
  void operator()(const char* name, engine::Real value, double above = 0,
                  double below = std::numeric_limits<double>::infinity()) {
    ArgumentLister::operator()(name, value, above, below);
    if (found.back().name == "k") found.push_back({.name = kNetworkK, .value = 0.0});
  }
  void operator()(const char* name, layers::Mode value) {
    (*this)(name, value == layers::Mode::at_most);
  }
  void operator()(layers::Target& target) { target.options(*this); }
};

struct Setter : ArgumentSetter {
  Index layers;  // that share a network_k

  using ArgumentSetter::operator();
  void operator()(const char* name, engine::Real& member, double = 0, double = 0) const {
    ArgumentSetter::operator()(name, member);
    const double network_k = std::string(name) == "k" ? value<double>(kNetworkK) : 0;
    if (network_k > 0)
      member = static_cast<engine::Real>(std::pow(network_k, 1.0 / static_cast<double>(layers)));
  }
  void operator()(const char* name, layers::Mode& member) const {
    member = value<bool>(name) ? layers::Mode::at_most : layers::Mode::equal;
  }
  void operator()(layers::Target& target) { target.options(*this); }
};

struct Row : Form {
  std::function<Constraint(const Arguments&, Index layers)> make;  // empty: the weight as it is
};

std::span<const Row> rows() {
  static const std::vector<Row> table = [] {
    std::vector<Row> rows = {{{"none", {}, "the weights as they are"}, {}}};
    layers::for_each_constraint([&](const char* name, auto constraint, const char* help) {
      Lister lister;
      constraint.options(lister);
      rows.push_back(
          {{name, lister.found, help}, [constraint](const Arguments& arguments, Index layers) {
             auto made = constraint;
             Setter setter{{arguments}, layers};
             made.options(setter);
             return Constraint(made);
           }});
    });
    return rows;
  }();
  return table;
}

// Arguments that would be ignored beside others.
void check_together(const Arguments& arguments) {
  const auto given = [&](const std::string& name) {
    const auto found = std::ranges::find(arguments, name, &Argument::name);
    return found != arguments.end() && found->given && found->value != decltype(found->value)(0.0);
  };
  check(!given("k") || !given(kNetworkK), "k and network_k exclude each other: give one");
  const auto gain = std::ranges::find(arguments, "gain", &Argument::name);
  if (gain == arguments.end() || gain->value == decltype(gain->value)(false)) return;
  for (const char* name : {"k", kNetworkK, "at_most", "through_scale"})
    check(!given(name), "gain=1 learns the norms, so that ", name,
          " would mean nothing beside it: leave one out");
}

}  // namespace

ConstraintChain::ConstraintChain(std::string text) : text_(std::move(text)) {
  const auto named = read_rows("constraint", rows(), text_, check_together);
  for (const auto& [row, arguments] : named)
    if (row->make)
      links_.push_back([make = row->make, arguments = arguments](Index layers) {
        return make(arguments, layers);
      });
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

std::string describe_constraints() { return described(rows()); }

}  // namespace gan::training
