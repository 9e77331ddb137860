#include "gan/gan.h"

#include <filesystem>
#include <regex>
#include <string>

#include "engine/check.h"
#include "gan/commands/commands.h"
#include "gan/console/printable.h"
#include "gan/console/program.h"
#include "gan/console/program_name.h"

namespace gan {
namespace {

// The examples of the help texts call the program gan; a program of another name shows its own.
void name_examples(CLI::App& app) {
  if (console::program_name() == "gan") return;
  const auto rename = [](CLI::App& command) {
    static const std::regex example("\\bgan (?=[a-z]+ |presets\\b)");
    command.footer(
        std::regex_replace(command.get_footer(), example, console::program_name() + " "));
  };
  rename(app);
  for (CLI::App* command : app.get_subcommands({})) rename(*command);
}

}  // namespace

int program(int argc, char** argv, const std::vector<Extension>& extensions) {
  if (argc > 0) console::program_name() = std::filesystem::path(argv[0]).filename();
  try {
    for (const Extension& add : extensions) add();  // before anything lists the tables
  } catch (const engine::Error& error) {
    console::note(console::program_name() + ": " + error.what());
    return 1;
  }
  CLI::App app("Trains GANs with Lipschitz-constrained discriminators, and samples from them",
               console::program_name());
  app.require_subcommand(1);
  app.footer("Every command has its own help with an example: gan train --help\n");
  commands::add_train(app);
  commands::add_presets(app);
  commands::add_sample(app);
  commands::add_export(app);
  commands::add_audit(app);
  commands::add_spectrum(app);
  commands::add_sweep(app);
  commands::add_report(app);
  name_examples(app);
  const auto done = [] { return 0; };  // commands run while the command line is parsed
  return console::run(app, argc, argv, done, {.memory = "use a smaller batch and g.batch"});
}

}  // namespace gan
