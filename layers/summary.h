// summary: a network as a table, one row per module, nested ones indented.
//   std::fputs(summary(net, {1, 32, 32, 3}).c_str(), stdout);
//
//   layer      output            parameters  constraint  Lipschitz bound
//   Conv2d     [1, 32, 32, 64]        1,792  spectral              1.734
//   Relu       [1, 32, 32, 64]            0                            1
//   total                             1,792                        1.734
//
// Bounds are certified, in evaluation mode; "none" if a module has none. The bound of the network
// is the product of its modules' bounds. Cost: one forward pass on zeros of this shape, and a
// certified bound per weight, which takes seconds for a wide convolution.
#pragma once

#include <string>

#include "layers/module.h"

namespace layers {

std::string summary(Sequential& network, const engine::Shape& input);

}  // namespace layers
