// gan: trains GANs with Lipschitz-constrained discriminators, and samples from them.
// Exit status: 0 done, 1 the work failed, 2 bad usage; one line on stderr says what and what to do.
#include "gan/commands/commands.h"
#include "gan/console/program.h"

int main(int argc, char** argv) {
  CLI::App app("gan: trains GANs with Lipschitz-constrained discriminators, and samples from them",
               "gan");
  app.require_subcommand(1);
  app.footer("Every command has its own help with an example: gan train --help\n");
  gan::commands::add_train(app);
  gan::commands::add_presets(app);
  gan::commands::add_sample(app);
  gan::commands::add_export(app);
  gan::commands::add_audit(app);
  gan::commands::add_spectrum(app);
  gan::commands::add_sweep(app);
  gan::commands::add_report(app);
  const auto done = [] { return 0; };  // each command runs while the command line is read
  return gan::console::run(app, argc, argv, done,
                           {.memory = "a smaller batch and g.batch need less"});
}
