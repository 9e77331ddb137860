// A graph of one node whose inputs are constants, and its results. For the tests of rows.
#pragma once

#include "engine/graph/graph.h"
#include "engine/graph/write_onnx.h"

namespace engine::graph {

using Attributes = std::map<std::string, Attribute>;
using Reals = std::vector<Real>;

inline std::vector<Value> results(const std::string& op, const std::vector<Value>& inputs,
                                  const Attributes& attributes = {}, int outputs = 1,
                                  int opset = 17) {
  Builder net(opset);
  std::vector<std::string> names;
  for (const Value& input : inputs)
    names.push_back(net.constant("in" + std::to_string(names.size()), input));
  net.node(op, names, attributes, "out0");
  std::vector<std::string> wanted{"out0"};
  for (int i = 1; i < outputs; ++i) {
    wanted.push_back("out" + std::to_string(i));
    net.model().nodes.back().outputs.push_back(wanted.back());
  }
  return Graph(net.model()).run_values({}, wanted);
}
inline Value result(const std::string& op, const std::vector<Value>& inputs,
                    const Attributes& attributes = {}, int opset = 17) {
  return results(op, inputs, attributes, 1, opset)[0];
}

inline Value reals(const Shape& shape, const Reals& values) {
  return Value(Tensor::from(shape, values));
}
inline Value whole(const Shape& shape, const Whole& numbers) { return {shape, numbers}; }
inline Reals numbers(const Value& x) { return x.tensor().values(); }

}  // namespace engine::graph
