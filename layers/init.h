// Initial values of weights, as in the literature. `fan_in` is the number of inputs of one output
// (kH kW I for a kernel [O, kH, kW, I]), `fan_out` kH kW O.
#pragma once

#include "layers/module.h"

namespace layers {

engine::Tensor glorot_uniform(const engine::Shape& shape, engine::Real gain = 1);  // Glorot, 2010
engine::Tensor he_normal(const engine::Shape& shape);  // He et al., 2015
// Rows of the reshaped kernel orthonormal (columns, if there are fewer), times gain: Saxe, 2014.
engine::Tensor orthogonal(const engine::Shape& shape, engine::Real gain = 1);

// Sets every weight (rank 2 or more) of a module to make(shape) and every bias to zero; parameters
// of norms (gamma, beta) are unchanged, and those of a constraint follow its weight.
void initialize(Sequential& module,
                const std::function<engine::Tensor(const engine::Shape&)>& make);

}  // namespace layers
