// The table of ops: one row from an ONNX op to the function that says it in engine calls. A row is
// all that an op needs: the reader, the planner and the passes know no op but the few that they
// rewrite. A row sees concrete values, so shapes need no inference. Each file here is a part of it.
#pragma once

#include <span>
#include <string>

#include "engine/graph/call.h"

namespace engine::graph {

class TracedOp;
struct Written;

struct Operator {
  const char* name;
  void (*run)(const Call&);
  // Writes an op of the engine's whose Op::onnx() is this name; null where none is.
  Written (*write)(const TracedOp&) = nullptr;
};

// The row of an op; null where there is none.
const Operator* find_operator(const std::string& op);

std::span<const Operator> pointwise_operators();  // named by their text: "Exp(x)"
std::span<const Operator> elementwise_operators();
std::span<const Operator> number_operators();
std::span<const Operator> move_operators();
std::span<const Operator> shape_operators();
std::span<const Operator> reduce_operators();
std::span<const Operator> index_operators();
std::span<const Operator> loss_operators();
std::span<const Operator> matrix_operators();
std::span<const Operator> conv_operators();
std::span<const Operator> pool_operators();
std::span<const Operator> norm_operators();
std::span<const Operator> resize_operators();
std::span<const Operator> attention_operators();
std::span<const Operator> einsum_operators();

}  // namespace engine::graph
