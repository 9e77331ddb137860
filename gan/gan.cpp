#include "gan/gan.h"

#include "engine/check.h"
#include "gan/commands/commands.h"
#include "gan/console/printable.h"
#include "gan/console/program.h"

namespace gan {

int program(int argc, char** argv, const std::vector<Extension>& extensions) {
  try {
    for (const Extension& add : extensions) add();  // before anything lists the tables
  } catch (const engine::Error& error) {
    console::note(std::string("gan: ") + error.what());
    return 1;
  }
  CLI::App app("gan: trains GANs with Lipschitz-constrained discriminators, and samples from them",
               "gan");
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
  const auto done = [] { return 0; };  // commands run while the command line is parsed
  return console::run(app, argc, argv, done, {.memory = "use a smaller batch and g.batch"});
}

}  // namespace gan
