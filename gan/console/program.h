// run: what is the same in every program. It reads the command line, does the work and ends with
// a status: 0 done, 1 the work failed, 2 bad usage; one line on stderr says what went wrong and
// what to do.
//
//   int main(int argc, char** argv) {
//     CLI::App app("What the program does", "name");
//     ...
//     return gan::console::run(app, argc, argv, [&] { ...; return 0; });
//   }
//
// `work` returns the status; work that commands do in callbacks of CLI11 needs none. Errors that
// it throws are complaints: gan::console::UsageError has status 2, all others 1. Results that
// stdout did not take (a full disk, a closed stream) are an error too; a reader that has left is
// not.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace gan::console {

struct Advice {
  const char* memory = "";  // what needs less of it, as "a smaller --batch needs less"
};

int run(CLI::App& app, int argc, char** argv, const std::function<int()>& work,
        const Advice& advice = {});

}  // namespace gan::console
