// Writing ONNX: the inverse of read_onnx, and a builder that assembles a model call by call.
//
//   Builder net;                                              // opset 13
//   std::string x = net.input("x", {-1, 3, 32, 32});          // ONNX's order, [N, C, H, W]
//   x = net.node("Conv", {x, net.kernel("w", weight), net.constant("b", bias)},
//                {{"pads", std::vector<Index>{1, 1, 1, 1}}});
//   net.output(net.node("Relu", {x}, {}, "y"), {-1, 64, 32, 32});
//   save_onnx("net.onnx", net.model());
//
// Cost: two copies of the weights in memory. Errors: name the file, or the value that cannot be
// written; a file over 2 GiB (external weights can be read, not written).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/graph/model.h"

namespace engine::graph {

class Builder {
 public:
  explicit Builder(int opset = 13);

  // Each returns the name of the value. An extent of -1: any.
  std::string input(const std::string& name, const std::vector<Index>& extents,
                    Type type = Type::float32);
  std::string constant(const std::string& name, const Value& value);
  std::string constant(const std::string& name, const Tensor& in_file_order);
  std::string constant(const std::string& name, const std::vector<Index>& numbers);
  // A kernel [O, kH, kW, I] in the engine's order, for Conv; it is written as [O, I, kH, kW]. For
  // ConvTranspose the engine's kernel belongs to the adjoint, so it is written as [I, O, kH, kW].
  std::string kernel(const std::string& name, const Tensor& weight);
  // The first result of a node; named after the op and a number unless a name is given.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::map<std::string, Attribute>& attributes = {},
                   const std::string& name = "");
  void output(const std::string& name, const std::vector<Index>& extents,
              Type type = Type::float32);

  const Model& model() const { return model_; }
  Model& model() { return model_; }

 private:
  Model model_;
};

std::string write_onnx(const Model& model);  // the bytes of the file
void save_onnx(const std::string& path, const Model& model);

}  // namespace engine::graph
