// Weight constraints by name, as `d.constraint` gives them: what is done to the weight of every
// layer of the discriminator. Names, options and help come from layers/constraints/list.h.
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

#include <string>
#include <vector>

#include "layers/constraint.h"

namespace gan::training {

// `layers`: how many share a network_k.
std::vector<layers::Constraint> parse_constraints(const std::string& text,
                                                  engine::Index layers = 1);

std::vector<std::string> constraint_names();

// One line per constraint: its form with the default arguments, and what it does.
std::string describe_constraints();

}  // namespace gan::training
