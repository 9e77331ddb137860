// The table of ops: one row maps an ONNX op to the function that computes it with engine calls. An
// op needs nothing else: the reader, the planner and the passes know only the few ops that they
// rewrite. A row sees concrete values, so there is no shape inference. Each file here is part of
// it.
#pragma once

#include <span>
#include <string>

#include "engine/graph/call.h"

namespace engine::graph {

class TracedOp;
struct Written;

// A row of the table.
struct Operator {
  const char* name;
  void (*run)(const Call&);
  // The writer for engine ops whose Op::onnx() is this name; null if there is none.
  Written (*write)(const TracedOp&) = nullptr;
};

// The row of an op; null if there is none.
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
