// trace: converts a function of a tensor, such as a network, to an ONNX model.
//
//   const Model model = trace([&](const Tensor& x) { return net(x); }, {1, 32, 32, 3});
//   save_onnx("net.onnx", model);
//
// The function is called, and the ops that led from its input to its result are written, so layers
// need no export code. Values that do not depend on the input become constants: a constrained
// weight is written as the layer uses it. The function is called twice, with two batch sizes, to
// find what depends on the batch; the model takes any batch size. Tensors of four axes are images:
// [N, H, W, C] here, [N, C, H, W] in the model.
//
// The function should run in evaluation mode. Cost: two calls, on batches of 2 and 3. Errors: an op
// without an ONNX counterpart, by name; a result that depends on the input in an unrecorded way
// (values read back to the host), or whose batch is not the input's.
#pragma once

#include <functional>
#include <string>

#include "engine/graph/model.h"

namespace engine::graph {

// `input` is the shape of the argument; its first extent, the batch, is ignored.
Model trace(const std::function<Tensor(const Tensor&)>& function, const Shape& input,
            const std::string& input_name = "input", const std::string& output_name = "output");

}  // namespace engine::graph
