// Op: one differentiable function. A structured op is one struct in one file under ops/:
//   shape    checks the inputs and returns the shape of the result
//   forward  computes it, through the verbs of backend.h
//   vjp      the cotangent of input i, WRITTEN WITH OPS, so that gradients of every order exist
// `apply` runs an op and, in grad mode, puts it on the tape: the result remembers it.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/check.h"
#include "engine/device.h"
#include "engine/tensor.h"

namespace engine {

using Inputs = std::span<const Tensor>;                       // of an op
using Settings = std::map<std::string, std::vector<double>>;  // numbers by name

struct Op {
  virtual ~Op() = default;
  virtual const char* name() const = 0;
  virtual Shape shape(Inputs in) const = 0;
  virtual void forward(Inputs in, const Tensor& out) const = 0;

  // The cotangent of input i, where g is that of the result `out`. It may have any shape that the
  // input's broadcasts to, because grad() undoes broadcasting. An undefined tensor means that no
  // gradient flows.
  virtual Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor& out) const = 0;

  // All wanted cotangents at once, for ops whose cotangents share work. Sets entry i of
  // `cotangents` where wanted[i] is not 0.
  virtual void vjps(const Tensor& g, Inputs in, const Tensor& out, std::span<const char> wanted,
                    std::span<Tensor> cotangents) const {
    for (int i = 0; i < static_cast<int>(in.size()); ++i)
      if (wanted[i]) cotangents[i] = vjp(i, g, in, out);
  }

  // For graph export: the settings that determine the result besides inputs and shapes, by name
  // (strides, axes, a slope), and the op as an ONNX expression (engine/graph/expression.h), or null
  // if it has none.
  virtual Settings settings() const { return {}; }
  virtual const char* onnx() const { return nullptr; }

  // Computes the result. An op that only reinterprets memory (reshape) overrides this.
  virtual Tensor evaluate(Inputs in) const {
    Tensor out(shape(in));
    forward(in, out);
    return out;
  }
};

// `out` (fresh from evaluate), remembering that it is op(inputs).
Tensor on_tape(std::shared_ptr<const Op> op, Tensor out, Inputs inputs);

template <class O>
Tensor apply(O op, Inputs inputs) {
  for (const Tensor& input : inputs) {
    check(input.defined(), op.name(), ": an input is an empty tensor");
    check(&input.backend() == &Device::current().backend(), op.name(), ": an input ", input.shape(),
          " is not on the current device, ", Device::current().name());
  }
  Tensor out = op.evaluate(inputs);
  if (!grad_mode()) return out;
  return on_tape(std::allocate_shared<O>(FreeListAllocator<O>(), std::move(op)), std::move(out),
                 inputs);
}

template <class O>
Tensor apply(O op, std::initializer_list<Tensor> inputs) {
  return apply(std::move(op), Inputs(inputs.begin(), inputs.size()));
}

}  // namespace engine
