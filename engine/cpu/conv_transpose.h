// Slot X of the convolution form: x from w and y (the transposed convolution), and what follows it.
#pragma once

#include "engine/cpu/activate.h"

namespace engine::cpu {

void conv_transpose(const Window& window, Real* x, const Real* w, const Real* y,
                    const Epilogue& epilogue);

// Whether slot Y has so few outputs that a row of them would leave most of a vector empty; and that
// slot by the transposed convolution, for which its few numbers are inputs. Stride 1 only.
bool few_outputs(const Window& window);
void conv_of_few_outputs(const Window& window, const Real* x, const Real* w, Real* y,
                         const Epilogue& epilogue);

}  // namespace engine::cpu
