#include "gan/console/program.h"

#include <unistd.h>

#include <algorithm>
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

#include "engine/collective.h"
#include "engine/notice.h"
#include "engine/version.h"
#include "gan/console/printable.h"
#include "gan/console/start.h"
#include "gan/console/usage.h"

namespace gan::console {
namespace {

enum Status { done, failed, bad_usage };

// CLI11 would report a missing command, not an unknown one.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-' || app.get_require_subcommand_min() == 0) return;
  const auto named = [&](const CLI::App* command) { return command->check_name(argv[1]); };
  if (app.get_subcommands(named).empty())
    throw UsageError("unknown command '" + std::string(argv[1]) + "'; see " + app.get_name() +
                     " --help");
}

std::vector<const CLI::App*>& sharing() {
  static std::vector<const CLI::App*> all;
  return all;
}

// Whether several processes do the work of this command line together.
bool is_shared(const CLI::App& app, int argc, char** argv) {
  const auto asked = [&](const CLI::App* command) {
    return command == &app ||
           (argc > 1 && command->get_parent() == &app && command->check_name(argv[1]));
  };
  return std::ranges::any_of(sharing(), asked);
}

// The position of an argument on the command line; past the end if it is absent.
int position(const std::string& name, int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (argv[i] == name || std::string(argv[i]).starts_with(name + "=")) return i;
  return argc;
}

// CLI11 reports invalid values first, then missing options, then unknown ones. Report the user's
// first mistake instead: an unknown option is often the missing one, misspelled.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string text = error.what();
  const std::vector<std::string> unknown = app.remaining(true);
  const std::string option = text.substr(0, text.find(':'));
  if (!unknown.empty() && position(unknown.front(), argc, argv) < position(option, argc, argv))
    text = CLI::ExtrasError(app.get_name(), unknown).what();
  return text + "; see " + app.get_name() + " --help";
}

// Why stdout failed; empty if it did not.
std::string lost_output() {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return "";
  if (errno == EPIPE) return "";  // the reader has left, as `| head` does; what is on disk is whole
  const std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  return "stdout: cannot be written" + reason + "; redirect the results to a writable file or to " +
         "/dev/null";
}

// If several processes work together, one that fails ends all of them, and says which it was. If
// all fail in the same way, only rank 0 reports it: the others wait a moment before they do.
void end_all(const std::string& program, const std::string& what, Status status) {
  engine::Collective& processes = engine::processes();
  if (processes.rank() > 0) sleep(1);
  note(program + ": rank " + std::to_string(processes.rank()) + ": " + what);
  processes.abort(status);
}

}  // namespace

void share_work(const CLI::App& program_or_command) { sharing().push_back(&program_or_command); }

int run(CLI::App& app, int argc, char** argv, const std::function<int()>& work,
        const Advice& advice) {
  restore_environment();
  reserve_streams();
  engine::on_notice([](const std::string& text) {
    if (engine::processes().rank() == 0) note("note: " + text);
  });
  std::signal(SIGXFSZ, SIG_IGN);  // turns a file size limit into an error of write()
  const auto complain = [&](const std::string& what, Status status) {
    std::cout.flush();
    std::fflush(stdout);  // flushes earlier output first
    if (engine::processes().size() > 1) end_all(app.get_name(), what, status);
    if (status == bad_usage && engine::launch().rank > 0) return status;  // rank 0 reports it
    note(app.get_name() + ": " + what);
    return status;
  };
  app.set_version_flag(
      "--version", [&] { return app.get_name() + " " + engine::version(); },
      "Print version, compiler, backends and instructions, and exit");
  if (const engine::Launch launch = engine::launch();
      launch.size > 1 && !is_shared(app, argc, argv)) {
    if (launch.rank > 0) return done;
    note("note: this is work for one process; of the " + std::to_string(launch.size) +
         " that were started, rank 0 does it");
  }
  int status = done;
  try {
    check_command(app, argc, argv);
    app.parse(argc, argv);
    status = work();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return complain(complaint(app, error, argc, argv), bad_usage);
    if (engine::launch().rank == 0) app.exit(error);  // --help
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
    return complain("cannot start more threads; raise the limits (ulimit -u, ulimit -v)", failed);
  } catch (const std::exception& error) {
    return complain(error.what(), failed);
  }
  engine::leave_processes();
  const std::string lost = lost_output();
  return lost.empty() ? status : complain(lost, failed);
}

}  // namespace gan::console
