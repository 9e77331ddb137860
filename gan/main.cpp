// gan: trains GANs with Lipschitz-constrained discriminators, and samples from them.
// Exit status: 0 done, 1 the work failed, 2 bad usage; one line on stderr says what and what to do.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "gan/commands/commands.h"
#include "gan/usage.h"

namespace {

int complain(const std::string& what, int status) {
  std::fprintf(stderr, "gan: %s\n", what.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("gan: trains GANs with Lipschitz-constrained discriminators, and samples from them",
               "gan");
  app.require_subcommand(1);
  app.footer("Every command has its own help with an example: gan train --help\n");
  gan::add_train(app);
  gan::add_sample(app);
  gan::add_export(app);
  gan::add_audit(app);
  gan::add_spectrum(app);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of write()
  try {
    // CLI11 would say that a command is missing, and not that this is none.
    const auto named = [&](const CLI::App* command) { return command->check_name(argv[1]); };
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(named).empty())
      throw gan::UsageError("there is no command '" + std::string(argv[1]) + "'; see gan --help");
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return complain(std::string(error.what()) + "; see gan --help", 2);
  } catch (const gan::UsageError& error) {
    return complain(error.what(), 2);
  } catch (const std::bad_alloc&) {
    return complain("out of memory; a smaller batch and g.batch need less", 1);
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}
