// graphviz: the computation graph of a tensor in the DOT language.
//   std::ofstream("y.dot") << graphviz(y, {{"x", x}});  // then: dot -Tsvg y.dot -o y.svg
//
// Each box is an op with the shape of its result, each ellipse a leaf; arrows follow the data.
// Tensors in `names` carry their name. The text depends on the graph alone, so it can be compared.
// Cost: one visit to each tensor of the graph; no value is read. Errors: y is an empty tensor.
// Source: the DOT language, https://graphviz.org/doc/info/lang.html.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/tensor.h"

namespace engine {

using TensorNames = std::vector<std::pair<std::string, Tensor>>;  // names to show for some tensors

std::string graphviz(const Tensor& y, const TensorNames& names = {});

}  // namespace engine
