// ConstraintRow: a constraint as settings name it: its name, the options that it visits, one line of
// help, and what makes it.
//
//   constraints().add(constraint_row("mine", Mine{}, "k W / the largest weight"));
//
// Next to an option k the row gets network_k, the norm of a whole network, from which k of each
// layer follows.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "gan/training/arguments.h"
#include "layers/constraint.h"
#include "layers/constraints/target.h"

namespace gan::training {

struct ConstraintRow : Form {
  // For one of `layers` that share a network_k; empty: the weight as it is.
  std::function<layers::Constraint(const Arguments&, Index layers)> make;
};

inline constexpr const char* kNetworkK = "network_k";

// Options that only constraints have; network_k beside each k.
struct ConstraintLister : ArgumentLister {
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

struct ConstraintSetter : ArgumentSetter {
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

// `constraint` holds the defaults.
template <class Kind>
ConstraintRow constraint_row(std::string name, Kind constraint, std::string help) {
  return {{std::move(name), arguments_of<ConstraintLister>(constraint), std::move(help)},
          [constraint](const Arguments& arguments, Index layers) {
            return layers::Constraint(
                with_arguments(constraint, ConstraintSetter{{arguments}, layers}));
          }};
}

}  // namespace gan::training
