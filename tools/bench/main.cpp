// bench: the cost of the engine's work, as figures and ratios of one run.
#include <cstdio>

#include "engine/algorithm.h"
#include "engine/check.h"
#include "engine/cpu/isa.h"
#include "gan/console/options.h"
#include "gan/console/program.h"
#include "gan/models/models.h"
#include "tools/bench/benchmarks.h"

namespace {

using bench::Options;
using bench::Report;

void add_algorithm(CLI::App& command) {
  const std::vector<std::string> names = engine::algorithm_names();
  command
      .add_option_function<std::string>(
          "--algorithm",
          [](const std::string& name) { engine::set_algorithm(engine::algorithm_named(name)); },
          "of convolutions: " + engine::alternatives(names) + " [automatic]")
      ->check(gan::console::one_of(names));
}

// What every benchmark takes.
void add_common(CLI::App& command, Options& options, bool& json) {
  command.add_option("--rounds", options.rounds, "runs of each; the median is reported")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  gan::console::add_device(command, options.device);
  gan::console::add_threads(command);
  add_algorithm(command);
  command.add_flag("--json", json, "print JSON instead of a table");
}

void add_batch(CLI::App& command, Options& options) {
  command.add_option("--batch", options.batch, "images a batch")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
}

void add_precision(CLI::App& command, Options& options) {
  const std::vector<std::string> names = engine::precision_names();
  command
      .add_option("--precision", options.precisions,
                  engine::alternatives(names) + ", or several of them")
      ->capture_default_str()
      ->delimiter(',')
      ->check(gan::console::one_of(names));
}

void add_peer(CLI::App& command, Options& options) {
  const std::vector<std::string> names = {bench::kPeer, bench::kCompiledPeer};
  command
      .add_option("--peer", options.peer,
                  "run the same work in this library too, interleaved: " +
                      engine::alternatives(names) + " (torch.compile as well, which takes minutes)")
      ->check(gan::console::one_of(names));
  command.add_option("--python", options.python, "Python interpreter that has the peer installed")
      ->capture_default_str();
}

std::vector<std::string> isa_names() {
  std::vector<std::string> names;
  for (const engine::cpu::Isa isa : engine::cpu::available_isas()) names.emplace_back(name(isa));
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Measures the engine: medians of runs taken in turn, so that ratios hold on a noisy "
      "machine.\n"
      "Each row shows its fraction of what the machine can do at most, measured in the same run, "
      "and\nthe ratio to a peer if one is given: above 1, we are faster. KANTOR_ISA chooses the "
      "instructions\n(here: " +
          engine::alternatives(isa_names()) + ").",
      "bench"};
  app.footer(
      "Examples:\n"
      "  bench step --batch 64 --peer pytorch --python /opt/torch/bin/python\n"
      "  bench conv --batch 128 --precision highest,medium --json\n"
      "  bench constraints --only 'spectral;toeplitz'\n");
  app.require_subcommand(1);
  Options options;
  bool json = false;
  Report (*chosen)(const Options&) = nullptr;
  const auto add = [&](const char* name, const char* help, Report (*run)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    add_common(*command, options, json);
    if (run != bench::scaling && run != bench::matmul) add_batch(*command, options);
    if (run != bench::constraints) add_precision(*command, options);
    if (run != bench::constraints && run != bench::scaling) add_peer(*command, options);
    command->callback([&chosen, run] { chosen = run; });
    return command;
  };
  CLI::App* step =
      add("step", "one update of each network of a model, and an iteration (5 + 1)", bench::step);
  const std::vector<std::string> models = engine::names_of(gan::models::all());
  step->add_option("--model", options.model, engine::alternatives(models))
      ->capture_default_str()
      ->check(gan::console::one_of(models));
  for (CLI::App* command :
       {step, add("conv", "the convolutions of sn-cnn's discriminator, slot by slot", bench::conv)})
    command->add_option("--image", options.image, "height and width")
        ->capture_default_str()
        ->check(CLI::Range(8, 1024));
  add("scaling", "the same with other batches, widths and images", bench::scaling);
  add("matmul", "matrix products", bench::matmul);
  add("inception", "Inception-v3 forward", bench::inception)
      ->add_option("--graph", options.graph, "a network in a file; default: random weights")
      ->check(CLI::ExistingFile);
  add("constraints", "what each weight constraint adds to a discriminator update",
      bench::constraints)
      ->add_option("--only", options.only, "these constraints, as in d.constraint")
      ->delimiter(';');
  return gan::console::run(app, argc, argv, [&] {
    engine::Device::named(options.device).use();
    engine::check(options.device == "cpu" || options.peer.empty(), "--peer ", options.peer,
                  ": the peer runs on the cpu; leave out --device, or "
                  "compare on a GPU by tools/gpu_check");
    const Report report = chosen(options);
    std::fputs((json ? bench::as_json(report) : bench::as_table(report)).c_str(), stdout);
    return 0;
  });
}
