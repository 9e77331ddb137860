// run: the main function of every program. It parses the command line, does the work and exits with
// a status: 0 done, 1 the work failed, 2 bad usage; one line on stderr says what is wrong and what
// to do.
//
//   int main(int argc, char** argv) {
//     CLI::App app("What the program does", "name");
//     ...
//     return gan::console::run(app, argc, argv, [&] { ...; return 0; });
//   }
//
// `work` returns the status; commands that work in CLI11 callbacks need none. Of the errors it
// throws, gan::console::UsageError gives status 2, all others 1. Results that cannot be written to
// stdout (a full disk, a closed stream) are an error too; a reader that closes the pipe is not.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace gan::console {

// Of several processes started together (mpirun), one does the work and the others end at once,
// unless the program, or the command that is given, is declared to share it.
void share_work(const CLI::App& program_or_command);

struct Advice {
  const char* memory = "";  // advice to use less of it, such as "use a smaller --batch"
};

int run(CLI::App& app, int argc, char** argv, const std::function<int()>& work,
        const Advice& advice = {});

}  // namespace gan::console
