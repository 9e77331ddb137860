// trace: any function of a tensor, a network for one, as an ONNX model.
//
//   const Model model = trace([&](const Tensor& x) { return net(x); }, {1, 32, 32, 3});
//   save_onnx("net.onnx", model);
//
// The function is called; the ops that led from its input to its result are what is written, so no
// layer needs a second forward in another language. What does not depend on the input is a number
// of the model: a constrained weight is written as the layer uses it. It is called twice, with
// batches of two sizes, and what differs between the calls is what depends on the batch: the model
// takes any. Tensors of four axes are images: [N, H, W, C] here, [N, C, H, W] in the model.
//
// The function should compute as in evaluation. Cost: two calls on batches of 2 and 3. Errors: an
// op without a counterpart, by name; a result that depends on the input by ways that are not
// recorded (values read back to the host); one whose batch is not the input's.
#pragma once

#include <functional>
#include <string>

#include "engine/graph/model.h"

namespace engine::graph {

// `input` is the shape of the argument; its first extent, the batch, is of no account.
Model trace(const std::function<Tensor(const Tensor&)>& function, const Shape& input,
            const std::string& input_name = "input", const std::string& output_name = "output");

}  // namespace engine::graph
