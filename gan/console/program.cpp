#include "gan/console/program.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>
#include <system_error>

#include "engine/notice.h"
#include "engine/version.h"
#include "gan/console/printable.h"
#include "gan/console/start.h"
#include "gan/console/usage.h"

namespace gan::console {
namespace {

enum Status { done, failed, bad_usage };

// CLI11 would say that a command is missing, and not that this is none.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-' || app.get_require_subcommand_min() == 0) return;
  const auto named = [&](const CLI::App* command) { return command->check_name(argv[1]); };
  if (app.get_subcommands(named).empty())
    throw UsageError("unknown command '" + std::string(argv[1]) + "'; see " + app.get_name() +
                     " --help");
}

// Where an argument stands on the command line; behind its end where it does not.
int position(const std::string& name, int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (argv[i] == name || std::string(argv[i]).starts_with(name + "=")) return i;
  return argc;
}

// CLI11 looks at values first, then at what is missing, then at what it does not know. The mistake
// that the user made first is told: an option that is not known is often the one that is missing.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string text = error.what();
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string option = text.substr(0, text.find(':'));
  if (!unknown.empty() && position(unknown.front(), argc, argv) < position(option, argc, argv))
    text = CLI::ExtrasError(app.get_name(), unknown).what();
  return text + "; see " + app.get_name() + " --help";
}

// Why stdout did not take all; empty if it did.
std::string lost_output() {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return "";
  if (errno == EPIPE) return "";  // the reader has left, as `| head` does; what is on disk is whole
  const std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  return "stdout: cannot be written" + reason + "; send the results to a file that can, or to " +
         "/dev/null";
}

}  // namespace

int run(CLI::App& app, int argc, char** argv, const std::function<int()>& work,
        const Advice& advice) {
  restore_environment();
  reserve_streams();
  engine::on_notice([](const std::string& text) { note("note: " + text); });
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of write()
  const auto complain = [&](const std::string& what, Status status) {
    std::cout.flush();
    std::fflush(stdout);  // what was printed before comes before
    note(app.get_name() + ": " + what);
    return status;
  };
  app.set_version_flag(
      "--version", [&] { return app.get_name() + " " + engine::version(); },
      "Print version, compiler, backends and instructions, and exit");
  int status = done;
  try {
    check_command(app, argc, argv);
    app.parse(argc, argv);
    status = work();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return complain(complaint(app, error, argc, argv), bad_usage);
    app.exit(error);  // --help
  } catch (const UsageError& error) {
    return complain(error.what(), bad_usage);
  } catch (const std::bad_alloc&) {
    return complain(std::string("out of memory") + (*advice.memory ? "; " : "") + advice.memory,
                    failed);
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(error.path1().string() + ": " + error.code().message(), failed);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again)
      return complain(error.what(), failed);
    return complain("the system starts no more threads; raise its limits (ulimit -u, ulimit -v)",
                    failed);
  } catch (const std::exception& error) {
    return complain(error.what(), failed);
  }
  const std::string lost = lost_output();
  return lost.empty() ? status : complain(lost, failed);
}

}  // namespace gan::console
