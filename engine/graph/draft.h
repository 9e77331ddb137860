// Draft: the part of a model between the fed and the wanted values, in execution order, while
// passes simplify it. No pass changes what the graph computes (up to rounding); make_draft's body
// sets their order. Errors name the file and the node: unknown names, cycles, and every unsupported
// op in one list.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/graph/model.h"
#include "engine/graph/ops/table.h"

namespace engine::graph {

struct Draft {
  const Model& model;
  std::vector<Node> nodes;
  std::map<std::string, Value> constants;
  std::set<std::string> wanted;
};

Draft make_draft(const Model& model, const std::vector<std::string>& fed,
                 const std::vector<std::string>& wanted);

// The passes (passes.cpp).
void resolve_aliases(Draft& draft);   // users of an Identity read its input
void name_results(Draft& draft);      // the producer of an Identity's input takes its name
void fold_constants(Draft& draft);    // nodes that depend only on constants are computed now
void fold_batch_norms(Draft& draft);  // into the convolution before them
void fold_scales(Draft& draft);       // and shifts by constants, into the layer before them
void average_late(Draft& draft);      // after a 1x1 convolution that leaves fewer channels
void fuse_activations(Draft& draft);  // into the convolution before them
void drop_unused(Draft& draft);       // unused nodes and constants

// Runs one node: its row, with errors that name file, node and op. `most` bounds the elements that
// a result may have.
void run_node(const Model& model, const Node& node, const Operator& row,
              std::span<const Value> inputs, std::span<Value> outputs, Index most);

}  // namespace engine::graph
