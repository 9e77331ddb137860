// Program: one of the programs of the build, started in a scratch folder as a user would.
//
//   const Program gan("gan/gan");
//   const Outcome outcome = gan.run(scratch, "gan sample run --count 5 --out a.png");
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "engine/file.h"
#include "tests/datasets/scratch.h"
#include "tests/support/paths.h"

struct Outcome {
  int status;
  std::string out, err;
};

class Program {
 public:
  explicit Program(const std::string& place)  // below the build's folder
      : path_(std::string(kBuildDir) + "/" + place), name_(place.substr(place.rfind('/') + 1)) {}

  // Runs a shell command in the folder, where its caches are too; the program's name starts it.
  Outcome run(const Scratch& scratch, const std::string& command) const {
    const std::string whole = "cd '" + scratch.path() +
                              "' && export XDG_CACHE_HOME=$PWD/cache && " + name_ + "() { '" +
                              path_ + "' \"$@\"; } && { " + command + "; } >out.txt 2>err.txt";
    const int status = std::system(whole.c_str());
    REQUIRE(WIFEXITED(status));
    return {WEXITSTATUS(status), engine::read_file(scratch / "out.txt"),
            engine::read_file(scratch / "err.txt")};
  }

  // Whether it ended with this status, one line on stderr that contains these parts, and no stdout.
  template <class... Parts>
  bool refused(const Outcome& outcome, int status, const Parts&... parts) const {
    INFO(outcome.err);
    const std::string line = outcome.err.substr(0, outcome.err.size() - 1);
    return outcome.status == status && outcome.out.empty() && outcome.err.ends_with('\n') &&
           says(line, name_ + ": ", parts...);
  }

  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }

 private:
  std::string path_, name_;
};

inline const Program kGan("gan/gan");
