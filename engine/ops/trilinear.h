// The vjp that every trilinear form F(X, W, Y) shares. An op computes the derivative of F with
// respect to one slot from the two others; its gradient puts the cotangent in the missing slot and
// asks for another one, which is the same op again. So gradients of every order exist, without
// special cases.
#pragma once

#include <array>

#include "engine/backend.h"
#include "engine/op.h"

namespace engine {

// Calls ask(slot, first, second) with the two other slots in X, W, Y order; `in` are the inputs of
// the op that computed `missing`, g is its cotangent, and the cotangent of input i is wanted.
template <class Ask>
Tensor trilinear_vjp(Slot missing, int i, const Tensor& g, Inputs in, Ask ask) {
  std::array<Tensor, 3> slots;
  std::array<int, 2> given{};
  for (int slot = 0, next = 0; slot < 3; ++slot) {
    if (slot == static_cast<int>(missing)) continue;
    given[next] = slot;
    slots[slot] = in[next++];
  }
  slots[static_cast<int>(missing)] = g;
  const int asked = given[i];
  const int first = asked == 0 ? 1 : 0, second = asked == 2 ? 1 : 2;
  return ask(static_cast<Slot>(asked), slots[first], slots[second]);
}

}  // namespace engine
