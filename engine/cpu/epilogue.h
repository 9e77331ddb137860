// Epilogue: bias and activation, applied in the same pass as a product; nothing if there is no
// bias.
#pragma once

#include "engine/geometry.h"

namespace engine::cpu {

struct Epilogue {
  Activation kind = Activation::none;
  Real slope = 0;
  const Real* bias = nullptr;
};

}  // namespace engine::cpu
