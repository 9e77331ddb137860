// How an op is exported: by an ONNX expression, given by Op::onnx() or the last column of
// pointwise.def. So each op states its own export, and the engine does not depend on this room.
//
//   Log(Add(x, 1))           ONNX ops of the inputs x and y, of numbers, and of each other
//   Clip(x, a, b)            another name: a setting of the op, as a constant
//   Elu(x, alpha=a)          an attribute: a setting as a float, or a whole number (to=1: float32)
//   Conv                     a name alone: the row of that op in ops/ has a writer, for exports
//                            that need code
//
// Images keep their order of axes. Cost: parsing the text. Errors: no text; text of another form,
// an unknown setting, or an op without a writer.
#pragma once

#include "engine/graph/traced_op.h"

namespace engine::graph {

// Writes the ONNX nodes of an op by its expression; returns its result.
Written write_traced(const TracedOp& op);

}  // namespace engine::graph
