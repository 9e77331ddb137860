// DataSet: a folder of what goes into a graph and what should come out: input_K and output_K, for
// its inputs and outputs in order, or files called after values; each as ONNX's .pb or NumPy's
// .npy.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/graph/graph.h"

namespace graph_program {

struct DataSet {
  std::map<std::string, engine::graph::Value> inputs, outputs;
  std::string missing;  // the first output_K that is not there, of a folder that has others
};

// Errors: files that cannot be read. An input that has no file is left to its default.
DataSet read_data_set(const engine::graph::Graph& graph, const std::filesystem::path& folder);

}  // namespace graph_program
