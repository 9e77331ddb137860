// The three slots of a convolution on tensor cores, without patches in memory (implicit.cu): operands
// are rounded to TF32, in `medium` to bfloat16. Cost: the operands are read about once per tile of 128
// rows or 64 columns of the result, from the L2 cache where they fit. The caller checks that indices
// fit into int and that no extent is zero. Of x and y, those that are read may be narrow if they are
// read in packs and in `medium`; written ones may be narrow.
#pragma once

#include "engine/cuda/backend.h"
#include "engine/cuda/patches.h"

namespace engine::cuda {

void implicit_forward(CudaBackend& backend, const Window& window, const Operand& x, const Real* w,
                      const Operand& y, const Epilogue& epilogue);
// The pixels of x in these phases.
void implicit_transpose(CudaBackend& backend, const Window& window, const Phase& h, const Phase& v,
                        const Operand& x, const Real* w, const Operand& y,
                        const Epilogue& epilogue);
void implicit_weight(CudaBackend& backend, const Window& window, const Operand& x, Real* w,
                     const Operand& y);

}  // namespace engine::cuda
