// Slot X of the convolution form: x from w and y (the transposed convolution).
#pragma once

#include "engine/geometry.h"

namespace engine::cpu {

void conv_transpose(const Window& window, Real* x, const Real* w, const Real* y);

}  // namespace engine::cpu
