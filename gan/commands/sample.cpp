#include <algorithm>
#include <limits>
#include <optional>

#include "engine/engine.h"
#include "gan/commands/commands.h"
#include "gan/console/usage.h"
#include "gan/run/loaded_run.h"
#include "gan/run/save_samples.h"
#include "layers/labels.h"
#include "layers/mode.h"

namespace gan::commands {
namespace {

constexpr Index kMost = 100'000;  // images

struct SampleOptions {
  std::string run, out = "samples.png", device = "cpu";
  std::optional<std::string> of_class;
  std::optional<Index> count;
  std::uint64_t seed = 0;
  bool raw = false, best = false;
};

struct Grid {
  Index count = 64;
  engine::Tensor labels = {};  // empty: of an unconditional run
  int columns = 0;             // 0: as square as can be
};

// Of one class, of all in turn or, where all are asked for, a row of each.
Grid grid_for(const SampleOptions& options, const run::LoadedRun& run) {
  const Index classes = run.networks.classes;
  const bool a_name = std::ranges::count(run.header.class_names, "all") > 0;
  if (options.of_class == "all" && classes > 0 && !a_name) {
    const Index columns = options.count.value_or(8), count = classes * columns;
    engine::check(count <= kMost, "--count ", columns, ": for each of ", classes,
                  " classes makes more than ", kMost, " images");
    return {count, models::labels_in_turn(classes, count, 0, columns), static_cast<int>(columns)};
  }
  const Index count = options.count.value_or(64);
  if (!options.of_class) return {count, models::labels_in_turn(classes, count)};
  return {count, models::labels_in_turn(classes, count, run.label(*options.of_class), count)};
}

// The images are made a few at a time, so that any number fits into memory.
engine::Tensor sample(models::Networks& networks, const Grid& grid) {
  constexpr Index most = 64;
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  std::vector<engine::Tensor> parts;
  for (Index made = 0; made < grid.count; made += most) {
    const Index end = std::min(made + most, grid.count);
    const layers::Labels given(grid.labels.defined() ? slice(grid.labels, 0, made, end)
                                                     : engine::Tensor());
    parts.push_back(networks.generator(engine::normal({end - made, networks.z_dim})));
  }
  return concat(parts, 0);
}

void run(const SampleOptions& options) {
  engine::Device::named(options.device).use();
  run::LoadedRun loaded = run::LoadedRun::open(options.run, !options.raw, options.best);
  const Grid grid = console::from_user([&] { return grid_for(options, loaded); });
  engine::seed(options.seed);
  run::save_samples(options.out, sample(loaded.networks, grid), {.columns = grid.columns});
  console::print(options.out);
}

}  // namespace

void add_sample(CLI::App& app) {
  auto options = std::make_shared<SampleOptions>();
  CLI::App* command =
      app.add_subcommand("sample", "Draw a grid of samples from a trained generator");
  command->add_option("RUN", options->run, "folder of a run of gan train")->required();
  command
      ->add_option("--count", options->count,
                   "number of images [64]; with --class all, of each class [8]")
      ->transform(console::whole_number(1, kMost));
  command->add_option("--class", options->of_class,
                      "for conditional runs: a class, or all for one row per class [cycle through "
                      "the classes]");
  command->add_option("--out", options->out, "PNG file to write")
      ->capture_default_str()
      ->transform(console::not_empty());
  command->add_option("--seed", options->seed, "seed of the noise")
      ->capture_default_str()
      ->transform(console::whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  command->add_flag("--no-ema", options->raw, "the generator itself, not its moving average");
  command->add_flag("--best", options->best, "the checkpoint with the best score, not the latest");
  console::add_device(*command, options->device);
  console::add_threads(*command);
  command->footer(
      "Examples:\n  gan sample runs/sn-small-shapes-1 --count 100 --out grid.png\n"
      "  gan sample runs/sn-small-shapes-2 --class all --out classes.png\n");
  command->callback([options] { run(*options); });
}

}  // namespace gan::commands
