// ConstraintChain: the weight constraints named in `d.constraint`, applied to the weight of every
// discriminator layer. Names, options and help come from layers/constraints/list.h.
//
//   none   spectral   toeplitz(k=2)   spectral(iterations=2) + bjorck(k=3)
//
// Joined by +, constraints compose: each acts on the result of the one before. k is the norm of
// each layer; network_k gives each of n layers the norm network_k^(1/n), so that a chain of them
// has norm network_k (the sums and the sum pool of sn-resnet and a conditional last layer add to
// it; see gan audit). at_most=1 does not scale weights whose norm is below k; through_scale=0 stops
// the gradient through the scale. Errors: text of another form, an unknown name or argument (with the
// known ones), arguments that exclude each other.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gan/training/constraint_row.h"

namespace gan::training {

class ConstraintChain {
 public:
  ConstraintChain(std::string text);  // NOLINT: a setting is its text
  ConstraintChain(const char* text) : ConstraintChain(std::string(text)) {}  // NOLINT

  const std::string& text() const { return text_; }
  friend std::ostream& operator<<(std::ostream& out, const ConstraintChain& chain) {
    return out << chain.text_;
  }
  // For one layer of a network in which `layers` layers share a network_k.
  std::vector<layers::Constraint> operator()(engine::Index layers = 1) const;

 private:
  using Link = std::function<layers::Constraint(engine::Index layers)>;
  std::string text_;
  std::vector<Link> links_;
};

engine::Table<ConstraintRow>& constraints();
std::vector<std::string> constraint_names();

// One line per constraint: its form with the default arguments, and what it does.
std::string describe_constraints();

}  // namespace gan::training
