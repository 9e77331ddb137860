#include "gan/training/presets.h"

#include <cstdio>

#include "gan/commands/commands.h"

namespace gan::commands {

void add_presets(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("presets", "List the presets: source, settings, expected score");
  command->footer(
      "Scores are those of the sources, on CIFAR-10, by their own protocols.\n"
      "Example:\n  gan presets\n  gan train --preset wgan-gp --data cifar10:DIR\n");
  command->callback([] { std::fputs(training::describe_presets().c_str(), stdout); });
}

}  // namespace gan::commands
