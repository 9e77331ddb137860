// Slot X of the convolution form: x from w and y (the transposed convolution), and its epilogue.
#pragma once

#include "engine/cpu/activate.h"

namespace engine::cpu {

void conv_transpose(const Window& window, Real* x, const Real* w, const Real* y,
                    const Epilogue& epilogue);

// Whether slot Y has so few output channels that most of a vector would be empty; and that slot
// computed as a transposed convolution, where the few channels are inputs. Stride 1 only.
bool few_outputs(const Window& window);
void conv_of_few_outputs(const Window& window, const Real* x, const Real* w, Real* y,
                         const Epilogue& epilogue);

}  // namespace engine::cpu
