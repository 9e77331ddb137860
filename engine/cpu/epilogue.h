// Epilogue: what follows a product in the same pass over memory; nothing where there is no bias.
#pragma once

#include "engine/geometry.h"

namespace engine::cpu {

struct Epilogue {
  Activation kind = Activation::none;
  Real slope = 0;
  const Real* bias = nullptr;
};

}  // namespace engine::cpu
