// DataSet: a folder of inputs and expected outputs of a graph: input_K and output_K, for its inputs
// and outputs in order, or files named after values; each as ONNX's .pb or NumPy's .npy.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/graph/graph.h"

namespace graph_program {

struct DataSet {
  std::map<std::string, engine::graph::Value> inputs, outputs;
  std::string missing;  // the first missing output_K, if the folder has others
};

// Errors: files that cannot be read. An input without a file keeps its default.
DataSet read_data_set(const engine::graph::Graph& graph, const std::filesystem::path& folder);

}  // namespace graph_program
