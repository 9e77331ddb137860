#include "tools/graph/run.h"

#include <algorithm>
#include <filesystem>

#include "gan/console/printable.h"
#include "tools/graph/arrays.h"

namespace graph_program {
namespace {

using engine::graph::Graph;
using engine::graph::Value;
using gan::console::printable;

// Which value each file takes: the one it names, or the next of --value, or the next output.
std::vector<Binding> results_of(const Graph& graph, const RunOptions& options) {
  std::vector<std::string> names;
  for (const auto& port : graph.outputs()) names.push_back(port.name);
  std::size_t next = 0;
  const std::vector<std::string> in_order = options.values.empty() ? names : options.values;
  std::vector<Binding> results;
  for (const std::string& text : options.out) {
    std::vector<std::string> known = names;
    if (const std::size_t at = text.find('='); at != std::string::npos)
      if (graph.has(text.substr(0, at))) known.push_back(text.substr(0, at));
    results.push_back(parse_binding(text, known));
    if (!results.back().name.empty()) continue;
    engine::check(next < in_order.size(), options.model, ": --out ", text, ": got ",
                  in_order.size(), options.values.empty() ? " outputs" : " --value names");
    results.back().name = in_order[next++];
  }
  engine::check(options.values.empty() || next == options.values.size(), options.model, ": ",
                options.values.size(), " --value names for ", next,
                " --out files; use as many of each");
  return results;
}

void check_folders(const std::vector<Binding>& results) {
  for (const Binding& each : results) {
    const auto folder = std::filesystem::path(each.path).parent_path();
    engine::check(folder.empty() || std::filesystem::is_directory(folder), each.path,
                  ": cannot be written: the folder does not exist");
  }
}

}  // namespace

std::string run(const RunOptions& options) {
  const Graph graph = Graph::load(options.model);
  const std::vector<Binding> results = results_of(graph, options);
  check_folders(results);
  std::vector<std::string> wanted;
  for (const Binding& each : results) wanted.push_back(each.name);
  const std::vector<Value> values = graph.run_values(read_feeds(graph, options.in), wanted);
  std::string text;
  for (std::size_t i = 0; i < results.size(); ++i) {
    write_array(results[i].path, values[i]);
    text += printable(results[i].name) + " " + text_of(values[i]) + " -> " +
            printable(results[i].path) + "\n";
  }
  return text;
}

}  // namespace graph_program
