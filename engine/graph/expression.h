// How an op is exported: by text in ONNX's words, which Op::onnx() gives and the last column of
// pointwise.def holds. So the engine says it where the op is, and needs nothing of this room.
//
//   Log(Add(x, 1))           ops of ONNX's on the inputs x and y, on numbers, and on each other
//   Clip(x, a, b)            another name: a setting of the op, as a constant
//   Elu(x, alpha=a)          an attribute: a setting as a float, or a whole number (to=1: float32)
//   Conv                     a name alone: the row of that op in ops/ has a writer, for what takes
//                            more than words
//
// Images stay in the order of axes that they are in. Cost: reading the text. Errors: no text; one
// that is not of this form, names a setting that the op lacks, or an op that has no writer.
#pragma once

#include "engine/graph/traced_op.h"

namespace engine::graph {

Written write_traced(const TracedOp& op);

}  // namespace engine::graph
