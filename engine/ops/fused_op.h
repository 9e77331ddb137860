// FusedOp: one kernel that carries its own definition in plain ops. The kernel is fast at first
// order; a gradient that will be differentiated again goes through the definition, so every order
// is correct. The definition is also the kernel's test.
#pragma once

#include "engine/geometry.h"
#include "engine/op.h"

namespace engine {

struct FusedOp : Op {
  virtual Tensor definition(Inputs in) const = 0;
  // The kernel of the first-order gradient: all cotangents at once.
  virtual void backward(const Tensor& g, Inputs in, const Tensor& out, std::span<const char> wanted,
                        std::span<Tensor> cotangents) const = 0;

  Tensor vjp(int i, const Tensor& g, Inputs in, const Tensor& out) const final;
  void vjps(const Tensor& g, Inputs in, const Tensor& out, std::span<const char> wanted,
            std::span<Tensor> cotangents) const final;
};

// Errors: a negative slope of leaky_relu, after which the sign of the result is not that of x.
void check_slope(const char* op, const Shape& x, Real slope);

// The gradients of z = activation(x + bias) from z and its cotangent g: dx, of bfloat16 values if
// `narrow` and there is an activation, and dbias unless null.
void bias_activation_backward(Activation kind, Real slope, const Tensor& z, const Tensor& g,
                              bool narrow, Tensor& dx, Tensor* dbias);

}  // namespace engine
