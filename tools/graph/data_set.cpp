#include "tools/graph/data_set.h"

#include <optional>

#include "engine/file.h"
#include "tools/graph/arrays.h"

namespace graph_program {
namespace {

namespace fs = std::filesystem;
using engine::graph::Graph;
using engine::graph::Value;

std::optional<Value> find_value(const fs::path& folder, const std::string& stem) {
  if (const fs::path file = folder / (stem + ".pb"); fs::exists(file))
    return engine::graph::read_onnx_tensor(engine::read_file(file), file);
  if (const fs::path file = folder / (stem + ".npy"); fs::exists(file)) return read_array(file);
  return std::nullopt;
}

std::optional<Value> find_value(const fs::path& folder, const char* kind, std::size_t number,
                                const std::string& name) {
  if (auto value = find_value(folder, kind + std::to_string(number))) return value;
  if (name.find('/') != std::string::npos) return std::nullopt;  // not a file name
  return find_value(folder, name);
}

}  // namespace

DataSet read_data_set(const Graph& graph, const fs::path& folder) {
  DataSet set;
  for (std::size_t k = 0; k < graph.inputs().size(); ++k)
    if (auto value = find_value(folder, "input_", k, graph.inputs()[k].name))
      set.inputs.emplace(graph.inputs()[k].name, *std::move(value));
  for (std::size_t k = 0; k < graph.outputs().size(); ++k) {
    const std::string& name = graph.outputs()[k].name;
    if (auto value = find_value(folder, "output_", k, name))
      set.outputs.emplace(name, *std::move(value));
    else if (set.missing.empty())
      set.missing = "output_" + std::to_string(k) + ".pb";
  }
  return set;
}

}  // namespace graph_program
