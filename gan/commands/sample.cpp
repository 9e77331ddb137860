#include <limits>

#include "engine/engine.h"
#include "gan/commands/commands.h"
#include "gan/run/loaded_run.h"
#include "gan/run/save_samples.h"
#include "layers/mode.h"

namespace gan::commands {
namespace {

struct SampleOptions {
  std::string run, out = "samples.png", device = "cpu";
  Index count = 64;
  std::uint64_t seed = 0;
  bool raw = false, best = false;
};

// The images are made a few at a time, so that any number fits into memory.
engine::Tensor sample(layers::Sequential& generator, Index count, Index z_dim) {
  constexpr Index most = 64;
  const engine::NoGrad constant;
  const layers::Eval evaluate;
  std::vector<engine::Tensor> parts;
  for (Index made = 0; made < count; made += most)
    parts.push_back(generator(engine::normal({std::min(most, count - made), z_dim})));
  return concat(parts, 0);
}

void run(const SampleOptions& options) {
  engine::Device::named(options.device).use();
  run::LoadedRun loaded = run::LoadedRun::open(options.run, !options.raw, options.best);
  models::Networks& networks = loaded.networks;
  engine::seed(options.seed);
  const engine::Tensor images = sample(networks.generator, options.count, networks.z_dim);
  run::save_samples(options.out, images);
  console::print(options.out);
}

}  // namespace

void add_sample(CLI::App& app) {
  auto options = std::make_shared<SampleOptions>();
  CLI::App* command =
      app.add_subcommand("sample", "Draw a grid of samples from a trained generator");
  command->add_option("RUN", options->run, "folder of a run of gan train")->required();
  command->add_option("--count", options->count, "number of images")
      ->capture_default_str()
      ->transform(console::whole_number(1, 100'000));
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
  command->footer("Example:\n  gan sample runs/sn-small-shapes-1 --count 100 --out grid.png\n");
  command->callback([options] { run(*options); });
}

}  // namespace gan::commands
