// Draft: the part of a model that leads from what is fed to what is wanted, in an order in which it
// can run, while passes simplify it. Each pass leaves what the graph computes as it is (up to
// rounding); their order is that of make_draft's body. Errors name the file and the node: unknown
// names, cycles, and every unsupported op in one list.
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
void resolve_aliases(Draft& draft);   // users of Identity read what it reads
void name_results(Draft& draft);      // who makes what an Identity repeats gives it its name
void fold_constants(Draft& draft);    // what depends on constants alone is computed now
void fold_batch_norms(Draft& draft);  // into the convolution before them
void fold_scales(Draft& draft);       // and shifts by constants, into the layer before them
void average_late(Draft& draft);      // after a 1x1 convolution that leaves fewer channels
void fuse_activations(Draft& draft);  // into the convolution before them
void drop_unused(Draft& draft);       // nodes and constants that nobody reads

// Runs one node: its row, with errors that name file, node and op. `most` bounds the elements that
// a result may have.
void run_node(const Model& model, const Node& node, const Operator& row,
              std::span<const Value> inputs, std::span<Value> outputs, Index most);

}  // namespace engine::graph
