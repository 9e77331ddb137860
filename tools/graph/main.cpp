// graph: inspects, runs and compares network files.
#include <charconv>
#include <cstdio>

#include "gan/console/options.h"
#include "gan/console/program.h"
#include "tools/graph/compare.h"
#include "tools/graph/run.h"
#include "tools/graph/show.h"

namespace {

// "NAME=1,3,224,224".
void read_shape(const std::string& text, graph_program::Extents& shapes) {
  const std::size_t equals = text.rfind('=');
  std::vector<engine::Index> extents;
  const char *at = text.data() + equals + 1, *end = text.data() + text.size();
  bool good = equals != std::string::npos && equals > 0;
  while (good) {
    engine::Index extent = 0;
    const auto [rest, error] = std::from_chars(at, end, extent);
    good =
        error == std::errc() && extent >= 0 && extents.size() < 6 && (rest == end || *rest == ',');
    extents.push_back(extent);
    if (rest == end) break;
    at = rest + 1;
  }
  if (!good)
    throw CLI::ValidationError("--shape", "must be such as x=1,3,224,224, not '" + text + "'");
  shapes[text.substr(0, equals)] = extents;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Inspects, runs and compares network files (ONNX, frozen TensorFlow graphs)",
               "graph");
  app.require_subcommand(1);
  app.footer(
      "Arrays are NumPy .npy files, with axes in the order of the model file.\n"
      "Exit status: 0 done, 1 the work failed or values differ, 2 bad usage.\n"
      "\n"
      "Examples:\n"
      "  graph show model.onnx\n"
      "  graph run model.onnx --in x.npy --out y.npy\n"
      "  graph compare model.onnx model.pb --rtol 1e-4");
  std::string device = "cpu";
  const auto with_device = [&](CLI::App* command) {
    gan::console::add_device(*command, device);
    gan::console::add_threads(*command);
  };

  graph_program::ShowOptions show;
  std::vector<std::string> shapes;
  CLI::App* show_command = app.add_subcommand(
      "show",
      "List inputs, outputs, operators, a classifier's input format, and values with shapes");
  show_command->add_option("MODEL", show.model)->required();
  show_command->add_option("--shape", shapes,
                           "NAME=1,3,224,224: shape of an input with open extents");
  show_command->add_flag("--json", show.json, "print JSON");
  gan::console::add_threads(*show_command);

  graph_program::RunOptions run;
  CLI::App* run_command = app.add_subcommand("run", "Run a network on arrays from files");
  run_command->add_option("MODEL", run.model)->required();
  run_command->add_option("--in", run.in, "[NAME=]x.npy: the next input, or the input NAME");
  run_command->add_option("--out", run.out, "[NAME=]y.npy: the next output, or the value NAME")
      ->required();
  run_command->add_option("--value", run.values, "value that the next --out writes");
  with_device(run_command);

  graph_program::CompareOptions compare;
  CLI::App* compare_command = app.add_subcommand(
      "compare", "Compare two networks on the same inputs, or one network with expected outputs");
  compare_command->add_option("A", compare.a, "a network")->required();
  CLI::Option* other = compare_command->add_option("B", compare.b, "another one");
  CLI::Option* expected =
      compare_command
          ->add_option(
              "--expected", compare.expected,
              "folder of input_K and output_K, or of files named after values: .npy or .pb")
          ->check(CLI::ExistingDirectory)
          ->excludes(other);
  compare_command->add_option("--in", compare.in,
                              "[NAME=]x.npy: an input [random numbers in 0..1]");
  compare_command->add_option("--value", compare.values, "a value to compare [all outputs]");
  const auto tolerance = gan::console::real_number(0, 1e300);
  compare_command
      ->add_option("--rtol", compare.tolerance.relative,
                   "tolerance relative to each expected element")
      ->check(tolerance)
      ->capture_default_str();
  compare_command
      ->add_option("--atol", compare.tolerance.absolute, "absolute tolerance, added to that")
      ->check(tolerance)
      ->capture_default_str();
  compare_command->add_option("--seed", compare.seed, "seed of the random inputs")
      ->capture_default_str();
  compare_command->add_flag("--json", compare.json, "print JSON");
  with_device(compare_command);

  return gan::console::run(app, argc, argv, [&] {
    for (const std::string& shape : shapes) read_shape(shape, show.shapes);
    if (*compare_command && other->empty() && expected->empty())
      throw CLI::RequiredError("B or --expected");
    engine::Device::named(device).use();
    std::string text;
    bool same = true;
    if (*show_command) text = graph_program::show(show);
    if (*run_command) text = graph_program::run(run);
    if (*compare_command) {
      const graph_program::Comparison comparison = graph_program::compare(compare);
      text = comparison.text;
      same = comparison.same;
    }
    std::fputs(text.c_str(), stdout);
    return same ? 0 : 1;
  });
}
