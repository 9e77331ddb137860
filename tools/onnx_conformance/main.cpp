// onnx_conformance: runs ONNX's backend test cases through engine/graph. A case is a folder with
// model.onnx and test_data_set_*/{input,output}_k.pb, as Debian's libonnx-testdata installs them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/check.h"
#include "engine/device.h"
#include "engine/graph/graph.h"
#include "gan/console/options.h"
#include "gan/console/printable.h"
#include "gan/console/program.h"
#include "tools/graph/data_set.h"
#include "tools/graph/difference.h"

namespace {

namespace fs = std::filesystem;
using engine::graph::Graph;
using engine::graph::Port;
using engine::graph::Unsupported;
using engine::graph::Value;
using gan::console::printable;
using graph_program::Tolerance;

// Runs one data set. Empty if all outputs agree, else what does not.
std::string run_set(const Graph& graph, const fs::path& folder, const Tolerance& tolerance) {
  const graph_program::DataSet set = graph_program::read_data_set(graph, folder);
  if (!set.missing.empty()) return "has no " + set.missing;
  if (graph.outputs().empty()) return "the graph has no outputs";
  std::vector<std::string> names;
  for (const Port& output : graph.outputs()) names.push_back(output.name);
  const std::string more = "output_" + std::to_string(names.size()) + ".pb";
  if (fs::exists(folder / more)) return "has " + more + ", the graph no such output";
  const std::vector<Value> got = graph.run_values(set.inputs, names);
  for (std::size_t k = 0; k < names.size(); ++k)
    if (const std::string text =
            graph_program::difference(got[k], set.outputs.at(names[k]), tolerance);
        !text.empty())
      return "output '" + names[k] + "' " + text;
  return "";
}

enum class Outcome { passed, failed, skipped };

std::pair<Outcome, std::string> run_case(const fs::path& folder, const Tolerance& tolerance) {
  try {
    const Graph graph = Graph::load(folder / "model.onnx");
    std::vector<fs::path> sets;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().filename().string().starts_with("test_data_set_"))
        sets.push_back(entry.path());
    std::sort(sets.begin(), sets.end());
    for (const fs::path& set : sets)
      if (const std::string text = run_set(graph, set, tolerance); !text.empty())
        return {Outcome::failed, set.filename().string() + ": " + text};
    if (sets.empty()) return {Outcome::failed, "has no test_data_set_*"};
    return {Outcome::passed, ""};
  } catch (const Unsupported& reason) {
    return {Outcome::skipped, reason.what()};
  } catch (const std::exception& error) {
    return {Outcome::failed, error.what()};
  }
}

// Each case once, whichever ways lead to it.
std::set<fs::path> cases_below(const std::vector<std::string>& roots) {
  std::set<fs::path> cases;
  for (const std::string& root : roots)
    for (const auto& entry : fs::recursive_directory_iterator(root))
      if (entry.path().filename() == "model.onnx")
        cases.insert(fs::canonical(entry.path().parent_path()));
  return cases;
}

// Runs them all and prints the outcomes. The exit status.
int run_all(const std::vector<std::string>& roots, const Tolerance& tolerance, bool quiet) {
  const std::set<fs::path> cases = cases_below(roots);
  engine::check(!cases.empty(), "no model.onnx below ", roots[0]);
  constexpr const char* kNames[] = {"passed", "FAILED", "skipped"};
  int counts[] = {0, 0, 0};
  for (const fs::path& folder : cases) {
    const auto [outcome, text] = run_case(folder, tolerance);
    ++counts[static_cast<int>(outcome)];
    if (quiet && outcome != Outcome::failed) continue;
    std::printf("%-7s %s%s%s\n", kNames[static_cast<int>(outcome)],
                printable(folder.filename().string()).c_str(), text.empty() ? "" : ": ",
                printable(text).c_str());
  }
  std::printf("%d passed, %d failed, %d skipped\n", counts[0], counts[1], counts[2]);
  return counts[1] > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs ONNX backend test cases: folders with model.onnx and test_data_set_*/.",
               "onnx_conformance"};
  std::vector<std::string> roots;
  std::string device = "cpu";
  Tolerance tolerance;
  bool quiet = false;
  app.add_option("DIR", roots, "Cases, or folders that hold cases at any depth")
      ->required()
      ->check(CLI::ExistingDirectory);
  gan::console::add_device(app, device);
  gan::console::add_threads(app);
  const CLI::Validator finite = gan::console::real_number(0, 1e300);
  app.add_option("--rtol", tolerance.relative, "Allowed error relative to the expected value")
      ->check(finite)
      ->capture_default_str();
  app.add_option("--atol", tolerance.absolute, "Allowed absolute error, added to that")
      ->check(finite)
      ->capture_default_str();
  app.add_flag("--quiet", quiet, "Only failures and the last line");
  app.footer(
      "example: onnx_conformance /usr/share/libonnx-testdata/data/node\n"
      "Exit status: 0 all passed or skipped, 1 some failed, 2 bad usage.");
  return gan::console::run(app, argc, argv, [&] {
    engine::Device::named(device).use();
    return run_all(roots, tolerance, quiet);
  });
}
