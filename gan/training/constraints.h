// ConstraintChain: weight constraints by name, as `d.constraint` gives them: what is done to the
// weight of every layer of the discriminator. Names, options and help come from
// layers/constraints/list.h.
//
//   none   spectral   toeplitz(k=2)   spectral(iterations=2) + bjorck(k=3)
//
// Joined by +, constraints compose: each acts on the weight that the one before gave. k is the norm
// of each layer; network_k gives each of n layers network_k^(1/n): the whole's norm, if they are a
// chain (the sums and the sum pool of sn-resnet add to it; gan audit tells). at_most=1 leaves
// weights alone whose norm is below k; through_scale=0 stops the gradient there.
// Errors: text of another form, an unknown name or argument (with the known ones), arguments that
// exclude each other.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gan/training/arguments.h"
#include "layers/constraint.h"

namespace gan::training {

class ConstraintChain {
 public:
  ConstraintChain(std::string text);  // NOLINT: a setting is its text
  ConstraintChain(const char* text) : ConstraintChain(std::string(text)) {}  // NOLINT

  const std::string& text() const { return text_; }
  friend std::ostream& operator<<(std::ostream& out, const ConstraintChain& chain) {
    return out << chain.text_;
  }
  // For each layer of a network where `layers` of them share a network_k.
  std::vector<layers::Constraint> operator()(engine::Index layers = 1) const;

 private:
  using Link = std::function<layers::Constraint(engine::Index layers)>;
  std::string text_;
  std::vector<Link> links_;
};

std::vector<std::string> constraint_names();

// One line per constraint: its form with the default arguments, and what it does.
std::string describe_constraints();

}  // namespace gan::training
