#include <algorithm>
#include <optional>
#include <string_view>

#include "engine/graph/write_onnx.h"
#include "gan/commands/commands.h"
#include "gan/console/usage.h"
#include "gan/models/onnx.h"
#include "gan/run/loaded_run.h"
#include "layers/labels.h"

namespace gan::commands {
namespace {

struct ExportOptions {
  std::string run, onnx, network = "generator";
  std::optional<std::string> of_class;
  bool raw = false, best = false;
};

struct Network {
  std::string_view name;
  engine::graph::Model (*model)(run::LoadedRun& run);
};
constexpr Network kNetworks[] = {
    {"generator", [](run::LoadedRun& run) { return models::generator_model(run.networks); }},
    {"discriminator",
     [](run::LoadedRun& run) {
       return models::discriminator_model(run.networks, run.header.image);
     }},
};

void run(const ExportOptions& options) {
  run::LoadedRun loaded = run::LoadedRun::open(options.run, !options.raw, options.best);
  const engine::Tensor label = console::from_user([&] {
    engine::check(options.of_class || loaded.networks.classes == 0, options.run,
                  ": is a conditional run, but an ONNX file holds one class; pass --class ",
                  engine::alternatives(loaded.header.class_names));
    if (!options.of_class) return engine::Tensor();
    return models::labels_in_turn(loaded.networks.classes, 1, loaded.label(*options.of_class));
  });
  const layers::Labels given(label);
  const auto chosen = std::ranges::find(kNetworks, options.network, &Network::name);
  engine::graph::Model model = chosen->model(loaded);
  model.metadata = {{"kantor.model", loaded.header.config.model},
                    {"kantor.network", options.network},
                    {"kantor.step", std::to_string(loaded.header.step)}};
  if (options.of_class) model.metadata["kantor.class"] = *options.of_class;
  engine::graph::save_onnx(options.onnx, model);
  console::print(options.onnx);
}

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<ExportOptions>();
  const std::vector<std::string> networks = engine::names_of(kNetworks);
  CLI::App* command = app.add_subcommand("export", "Write a trained network as an ONNX file");
  command->add_option("RUN", options->run, "folder of a run of gan train")->required();
  command->add_option("--onnx", options->onnx, "ONNX file to write")
      ->required()
      ->transform(console::not_empty());
  command->add_option("--network", options->network, engine::alternatives(networks))
      ->capture_default_str()
      ->check(console::one_of(networks));
  command->add_option("--class", options->of_class, "class to export, for conditional runs");
  console::add_threads(*command);
  command->add_flag("--no-ema", options->raw, "the generator itself, not its moving average");
  command->add_flag("--best", options->best, "the checkpoint with the best score, not the latest");
  command->footer(
      "Inputs and outputs, float32, N of any size (opset 13):\n"
      "  generator      noise [N, z_dim], standard normal   ->  images [N, C, H, W] in [-1, 1]\n"
      "  discriminator  images [N, C, H, W] in [-1, 1]      ->  score [N, 1]\n"
      "C is 3 (red, green, blue) or 1. A gray level v from 0 to 255 is v / 127.5 - 1. Weights are\n"
      "written as the layers use them: constraints are applied, batch norms are folded in.\n"
      "\nExamples:\n"
      "  gan export runs/sn-small-shapes-1 --onnx generator.onnx\n"
      "  gan export runs/sn-small-shapes-1 --onnx critic.onnx --network discriminator\n");
  command->callback([options] { run(*options); });
}

}  // namespace gan::commands
