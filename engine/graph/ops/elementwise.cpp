// Activations and other functions of single elements that the engine has as rows of its own.
#include <cmath>

#include "engine/graph/ops/table.h"
#include "engine/ops/pointwise.h"

namespace engine::graph {
namespace {

// f of every element, in whatever order they lie.
template <class F>
void map(const Call& c, const F& f) {
  c.out(c.in(0).with(f(c.in(0).stored())));
}

template <Tensor (*F)(const Tensor&)>
void unary(const Call& c) {
  map(c, F);
}

void leaky_relu(const Call& c) {
  map(c, [&](const Tensor& x) { return engine::leaky_relu(x, c.real("alpha", 0.01f)); });
}

void elu(const Call& c) {
  map(c, [&](const Tensor& x) { return engine::elu(x, c.real("alpha", 1)); });
}

void selu(const Call& c) {
  map(c, [&](const Tensor& x) {
    return engine::elu(x, c.real("alpha", 1.67326319217681884765625f)) *
           c.real("gamma", 1.05070102214813232421875f);
  });
}

// max(0, x) + min(0, alpha (exp(x / alpha) - 1))
void celu(const Call& c) {
  const Real alpha = c.real("alpha", 1);
  map(c,
      [&](const Tensor& x) { return relu(x) + minimum((exp(x / alpha) - 1) * alpha, zeros({})); });
}

// Before opset 7 a slope [C] belonged to the channels.
void prelu(const Call& c) {
  const bool per_channel = c.opset() < 7 && c.in(1).rank() == 1 && c.in(1).size() > 1;
  if (per_channel) {
    const Tensor x = c.image(0), slope = c.in(1).tensor();
    return c.out_image(relu(x) + minimum(x, zeros({})) * slope);
  }
  const Operands x = operands(c, 0, 2);
  c.out(x.value(relu(x[0]) + minimum(x[0], zeros({})) * x[1]));
}

void hard_sigmoid(const Call& c) {
  map(c, [&](const Tensor& x) {
    return clamp(x * c.real("alpha", 0.2f) + c.real("beta", 0.5f), 0, 1);
  });
}

void hard_swish(const Call& c) {
  map(c, [](const Tensor& x) { return x * clamp(x / 6 + Real(0.5), 0, 1); });
}

void softsign(const Call& c) {
  map(c, [](const Tensor& x) { return x / (abs(x) + 1); });
}

// x times the normal distribution's function of x, or what comes near it by tanh.
void gelu(const Call& c) {
  const std::string how = c.text("approximate", "none");
  if (how != "none" && how != "tanh") unsupported("approximate = ", how);
  const Tensor& x = c.in(0).stored();
  if (how == "tanh") {
    const Tensor inner = (x + x * square(x) * Real(0.044715)) * Real(0.79788456080286536);
    return c.out(c.in(0).with(x * (tanh(inner) + 1) * Real(0.5)));
  }
  std::vector<Real> values = x.values();
  for (Real& v : values) v = static_cast<Real>(v * 0.5 * std::erfc(-v * 0.70710678118654752));
  c.out(c.in(0).with(Tensor::from(x.shape(), values)));
}

void mish(const Call& c) {
  map(c, [](const Tensor& x) { return x * tanh(softplus(x)); });
}

void swish(const Call& c) {
  map(c, [&](const Tensor& x) { return x * sigmoid(x * c.real("alpha", 1)); });
}

void thresholded_relu(const Call& c) {
  const Real alpha = c.real("alpha", 1);
  map(c, [&](const Tensor& x) { return gate(x, x - alpha); });
}

void shrink(const Call& c) {
  const Real lambda = c.real("lambd", 0.5f), bias = c.real("bias", 0);
  map(c, [&](const Tensor& x) { return gate(x - bias, x - lambda) + gate(x + bias, -x - lambda); });
}

void identity(const Call& c) { c.out(c.in(0)); }

// Inference only: then nothing is dropped and the mask is all ones. Old files say so by `is_test`,
// or not at all.
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
#define UNARY(name, value, dx, ...) {#__VA_ARGS__, unary<engine::name>},
#include "engine/ops/pointwise.def"
};

const Operator kElementwiseOperators[] = {
    {"Celu", celu},
    {"Dropout", dropout},
    {"Elu", elu},
    {"Gelu", gelu},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"Identity", identity},
    {"LeakyRelu", leaky_relu},
    {"Mish", mish},
    {"PRelu", prelu},
    {"Selu", selu},
    {"Shrink", shrink},
    {"Softsign", softsign},
    {"Swish", swish},
    {"ThresholdedRelu", thresholded_relu},
};

}  // namespace

std::span<const Operator> pointwise_operators() { return kPointwiseOperators; }
std::span<const Operator> elementwise_operators() { return kElementwiseOperators; }

}  // namespace engine::graph
