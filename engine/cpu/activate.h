// activation(x + bias) on rows of channels, for kernels that finish what they have just computed.
#pragma once

#include <cmath>

#include "engine/cpu/epilogue.h"

namespace engine::cpu {

template <class Function>
void add_and_apply(Index rows, Index channels, const Real* x, Index row_x, const Real* bias,
                   Real* z, Index row_z, Function function) {
  for (Index row = 0; row < rows; ++row, x += row_x, z += row_z)
    for (Index c = 0; c < channels; ++c) z[c] = function(x[c] + bias[c]);
}

// Of each row the channels [0, channels); the bias is that of the first of them. x may be z.
inline void activate(const Epilogue& epilogue, Index rows, Index channels, const Real* x,
                     Index row_x, const Real* bias, Real* z, Index row_z) {
  const auto with = [&](auto function) {
    add_and_apply(rows, channels, x, row_x, bias, z, row_z, function);
  };
  const Real slope = epilogue.slope;
  switch (epilogue.kind) {
    case Activation::none:
      return with([](Real v) { return v; });
    case Activation::relu:
      return with([](Real v) { return v <= 0 ? 0 : v; });  // NaN stays
    case Activation::leaky_relu:
      return with([slope](Real v) { return v > 0 ? v : slope * v; });
    case Activation::tanh:
      return with([](Real v) { return std::tanh(v); });
  }
}

}  // namespace engine::cpu
