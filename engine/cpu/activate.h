// activation(x + bias) on rows of channels: the epilogue of kernels, on results still in cache.
#pragma once

#include <cmath>

#include "engine/cpu/epilogue.h"

namespace engine::cpu {

// An activation, and its derivative from the result.
template <Activation kind>
struct ActivationFunction {
  Real slope;
  Real operator()(Real v) const {
    if constexpr (kind == Activation::relu) return v <= 0 ? 0 : v;  // NaN stays
    if constexpr (kind == Activation::leaky_relu) return v > 0 ? v : slope * v;
    if constexpr (kind == Activation::tanh) return std::tanh(v);
    return v;
  }
  Real derivative(Real z) const {
    if constexpr (kind == Activation::relu) return Real(z > 0);
    if constexpr (kind == Activation::leaky_relu) return z > 0 ? Real(1) : slope;
    if constexpr (kind == Activation::tanh) return 1 - z * z;
    return 1;
  }
};

// Calls body with the function. Loops copy it into a local variable: the compiler then knows that
// stores leave it alone, and uses vectors.
template <class Body>
void with_function(Activation kind, Real slope, const Body& body) {
  switch (kind) {
    case Activation::none:
      return body(ActivationFunction<Activation::none>{slope});
    case Activation::relu:
      return body(ActivationFunction<Activation::relu>{slope});
    case Activation::leaky_relu:
      return body(ActivationFunction<Activation::leaky_relu>{slope});
    case Activation::tanh:
      return body(ActivationFunction<Activation::tanh>{slope});
  }
}

template <class Function>
void add_and_apply(Index rows, Index channels, const Real* x, Index row_x, const Real* bias,
                   Real* z, Index row_z, Function function) {
  for (Index row = 0; row < rows; ++row, x += row_x, z += row_z)
    for (Index c = 0; c < channels; ++c) z[c] = function(x[c] + bias[c]);
}

// Processes channels [0, channels) of each row; `bias` points at the first one's. x may be z.
inline void activate(const Epilogue& epilogue, Index rows, Index channels, const Real* x,
                     Index row_x, const Real* bias, Real* z, Index row_z) {
  with_function(epilogue.kind, epilogue.slope, [&](auto function) {
    add_and_apply(rows, channels, x, row_x, bias, z, row_z, function);
  });
}

}  // namespace engine::cpu
