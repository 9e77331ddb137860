#include "gan/training/presets.h"

#include <cstdio>

#include "gan/commands/commands.h"

namespace gan::commands {

void add_presets(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("presets", "The presets: source, settings, score to expect");
  command->footer(
      "Scores are the sources', of CIFAR-10, by their own protocols.\n"
      "Example:\n  gan presets\n  gan train --preset wgan-gp --data cifar10:DIR\n");
  command->callback([] { std::fputs(training::describe_presets().c_str(), stdout); });
}

}  // namespace gan::commands
