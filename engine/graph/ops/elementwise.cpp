// Activations and other functions of single elements that the engine has as rows of its own.
#include <cmath>

#include "engine/graph/ops/table.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

// f of every element, in whatever order they lie.
template <auto F>
void each(const Call& c) {
  c.out(c.in(0).with(F(c, c.in(0).stored())));
}

// The slope where x is negative, of each element or, before opset 7, of each channel.
void prelu(const Call& c) {
  const auto f = [](const Tensor& x, const Tensor& slope) {
    return relu(x) + minimum(x, zeros({})) * slope;
  };
  if (c.opset() < 7 && c.in(1).rank() == 1 && c.in(1).size() > 1)
    return c.out_image(f(c.image(0), c.in(1).tensor()));
  const Operands x = operands(c, 0, 2);
  c.out(x.value(f(x[0], x[1])));
}

// x times the normal distribution function of x, or its tanh approximation.
Tensor gelu(const Call& c, const Tensor& x) {
  const std::string how = c.text("approximate", "none");
  if (how != "none" && how != "tanh") unsupported("approximate = ", how);
  if (how == "tanh")
    return x * (tanh((x + x * square(x) * Real(0.044715)) * Real(0.79788456080286536)) + 1) *
           Real(0.5);
  std::vector<Real> values = x.values();
  for (Real& v : values) v = static_cast<Real>(v * 0.5 * std::erfc(-v * 0.70710678118654752));
  return Tensor::from(x.shape(), values);
}

// max(0, x) + min(0, alpha (exp(x / alpha) - 1))
Tensor celu(const Call& c, const Tensor& x) {
  const Real alpha = c.real("alpha", 1);
  return relu(x) + minimum((exp(x / alpha) - 1) * alpha, zeros({}));
}

Tensor selu(const Call& c, const Tensor& x) {
  return elu(x, c.real("alpha", 1.67326319218681884765625f)) *
         c.real("gamma", 1.05070102214813232421875f);
}

Tensor hard_sigmoid(const Call& c, const Tensor& x) {
  return clamp(x * c.real("alpha", 0.2f) + c.real("beta", 0.5f), 0, 1);
}

Tensor shrink(const Call& c, const Tensor& x) {
  const Real lambda = c.real("lambd", 0.5f), bias = c.real("bias", 0);
  return gate(x - bias, x - lambda) + gate(x + bias, -x - lambda);
}

void identity(const Call& c) { c.out(c.in(0)); }

// Inference only: nothing is dropped and the mask is all ones. Old files say so by `is_test`, or
// not at all.
void dropout(const Call& c) {
  if (c.has(2) && c.number(2) != 0 && (!c.has(1) || c.number(1) != 0))
    unsupported("dropout in training mode");
  c.out(c.in(0));
  const Shape shape = c.in(0).shape();
  if (c.outputs() > 1)
    c.out(Value(shape, Whole(static_cast<std::size_t>(shape.size()), 1), Type::boolean), 1);
}

// The rows of pointwise.def with one operand, each an op of ONNX's where its text is "Name(x)".
const Operator kPointwiseOperators[] = {
#define UNARY(name, value, dx, ...) \
  {#__VA_ARGS__, each<[](const Call&, const Tensor& x) { return engine::name(x); }>},
#include "engine/ops/pointwise.def"
};

const Operator kElementwiseOperators[] = {
    {"Celu", each<celu>},
    {"Dropout", dropout},
    {"Elu", each<[](const Call& c, const Tensor& x) { return elu(x, c.real("alpha", 1)); }>},
    {"Gelu", each<gelu>},
    {"HardSigmoid", each<hard_sigmoid>},
    {"HardSwish",
     each<[](const Call&, const Tensor& x) { return x * clamp(x / 6 + Real(0.5), 0, 1); }>},
    {"Identity", identity},
    {"LeakyRelu",
     each<[](const Call& c, const Tensor& x) { return leaky_relu(x, c.real("alpha", 0.01f)); }>},
    {"Mish", each<[](const Call&, const Tensor& x) { return x * tanh(softplus(x)); }>},
    {"PRelu", prelu},
    {"Selu", each<selu>},
    {"Shrink", each<shrink>},
    {"Softsign", each<[](const Call&, const Tensor& x) { return x / (abs(x) + 1); }>},
    {"Swish",
     each<[](const Call& c, const Tensor& x) { return x * sigmoid(x * c.real("alpha", 1)); }>},
    {"ThresholdedRelu",
     each<[](const Call& c, const Tensor& x) { return gate(x, x - c.real("alpha", 1)); }>},
};

}  // namespace

std::span<const Operator> pointwise_operators() { return kPointwiseOperators; }
std::span<const Operator> elementwise_operators() { return kElementwiseOperators; }

}  // namespace engine::graph
