// bench: the speed of the engine, as figures and ratios measured in one run.
#include <cstdio>

#include "engine/algorithm.h"
#include "engine/check.h"
#include "engine/collective.h"
#include "engine/cpu/isa.h"
#include "gan/console/options.h"
#include "gan/console/program.h"
#include "gan/models/models.h"
#include "gan/training/presets.h"
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

// Options of every benchmark.
void add_common(CLI::App& command, Options& options, bool& json) {
  command.add_option("--rounds", options.rounds, "runs of each benchmark; the median is reported")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  gan::console::add_device(command, options.device);
  gan::console::add_threads(command);
  add_algorithm(command);
  command.add_flag("--json", json, "print JSON instead of a table");
}

void add_batch(CLI::App& command, Options& options) {
  command.add_option("--batch", options.batch, "images per batch")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
}

void add_preset(CLI::App& command, Options& options, const std::string& help) {
  const std::vector<std::string> names = engine::names_of(gan::training::presets());
  command.add_option("--preset", options.preset, help + ": " + engine::alternatives(names))
      ->capture_default_str()
      ->check(gan::console::one_of(names));
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
                  "also run the same work, interleaved, in this library: " +
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
      "Measures the engine: medians of interleaved runs, so that ratios hold on a noisy machine.\n"
      "Each row shows its fraction of the machine's peak, measured in the same run, and the ratio\n"
      "to a peer if one is given: above 1, Kantor is faster. KANTOR_ISA chooses the instructions\n"
      "(here: " +
          engine::alternatives(isa_names()) + ").",
      "bench"};
  app.footer(
      "Examples:\n"
      "  bench step --batch 64 --peer pytorch --python /opt/torch/bin/python\n"
      "  bench conv --batch 128 --precision highest,medium --json\n"
      "  bench scaling --ranks 1,2 --preset sn-cnn --threads 2\n"
      "  bench machines --only sn-cnn,sn-resnet --faster 16\n"
      "  bench constraints --only 'spectral;toeplitz'\n"
      "  bench count --preset sn-cnn --set n_dis=5\n");
  app.require_subcommand(1);
  Options options;
  bool json = false;
  Report (*chosen)(const Options&) = nullptr;
  const auto add = [&](const char* name, const char* help, Report (*run)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    add_common(*command, options, json);
    if (run != bench::scaling && run != bench::matmul && run != bench::machines)
      add_batch(*command, options);
    if (run != bench::constraints && run != bench::machines) add_precision(*command, options);
    if (run != bench::constraints && run != bench::scaling && run != bench::machines)
      add_peer(*command, options);
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
  CLI::App* scaling =
      add("scaling", "the same for other batch sizes, widths and image sizes; or --ranks",
          bench::scaling);
  const std::vector<std::string> presets = engine::names_of(gan::training::presets());
  scaling
      ->add_option("--ranks", options.ranks,
                   "instead: an iteration in so many processes that share its batch, such as 1,2; "
                   "starts mpirun")
      ->delimiter(',')
      ->check(CLI::Range(1, 4096));
  add_preset(*scaling, options, "of --ranks");
  scaling->add_option("--mpirun", options.mpirun, "of --ranks: mpirun, with options of its own")
      ->capture_default_str();
  scaling->callback([&] { chosen = options.ranks.empty() ? bench::scaling : bench::ranks; });
  gan::console::share_work(*scaling);
  CLI::App* machines =
      add("machines", "what to expect of 1 to 32 machines that share a batch: computed",
          bench::machines);
  machines->add_option("--only", options.only, "only these presets")
      ->delimiter(',')
      ->check(gan::console::one_of(presets));
  machines
      ->add_option("--faster", options.faster,
                   "how many times as fast as one thread of this machine each of them is")
      ->capture_default_str()
      ->check(gan::console::positive_number());
  add("matmul", "matrix products", bench::matmul);
  add("inception", "Inception-v3 forward", bench::inception)
      ->add_option("--graph", options.graph, "model file [random weights]")
      ->check(CLI::ExistingFile);
  add("constraints", "the cost that each weight constraint adds to a discriminator update",
      bench::constraints)
      ->add_option("--only", options.only, "only these constraints, as in d.constraint")
      ->delimiter(';');
  CLI::App* count = app.add_subcommand(
      "count", "launches, bytes and FLOP of a training iteration on CUDA, by kernel; needs no GPU");
  count->footer(
      "Counts on an emulated device, which takes minutes. Bytes are those of the distinct words\n"
      "that each kernel reads or writes; caches are not modeled.");
  add_preset(*count, options, "settings to start from");
  count->add_option("--set", options.settings, "settings that differ, as key=value");
  count->add_flag("--json", json, "print JSON instead of a table");
  gan::console::add_threads(*count);
  return gan::console::run(app, argc, argv, [&] {
    if (*count) bench::count(options, json);
    engine::Device::named(options.device).use();
    engine::check(
        options.device == "cpu" || options.peer.empty(), "--peer ", options.peer,
        ": the peer runs on the CPU; omit --device, or compare on a GPU with tools/gpu_check");
    const Report report = chosen(options);
    if (engine::processes().rank() > 0) return 0;
    std::fputs((json ? bench::as_json(report) : bench::as_table(report)).c_str(), stdout);
    return 0;
  });
}
