// Common behavior of all programs: lost output, bad values of common options, names with control
// characters, too little memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "engine/choices.h"
#include "engine/device.h"
#include "tests/support/program.h"
#include "tests/support/sanitized.h"

namespace {

using tests::kSanitized;

struct Example {
  Program program;
  std::string work;     // a short command that prints results
  std::string command;  // what --threads follows
};

// Those that are built; each is, but for builds of the tests alone.
std::vector<Example> examples() {
  std::vector<Example> all = {
      {kGan, "gan train --preset sn-small --steps 1 --set batch=2 g.batch=2",
       "gan train --steps 1"},
      {Program("tools/inception_score/inception_score"),
       "inception_score --graph s.onnx --images shapes --count 20 --splits 1",
       "inception_score --graph s.onnx --images shapes"},
      {Program("tools/train_scorer/train_scorer"),
       "train_scorer --data shapes --out s.onnx --width 8 --epochs 0.02 --batch 32",
       "train_scorer --data shapes --out t.onnx"},
      {Program("tools/lipschitz/lipschitz"), "lipschitz conv --in 1 --out 1 --size 4",
       "lipschitz conv"},
      {Program("tools/lipschitz/lipschitz_float"), "lipschitz_float conv --in 1 --out 1 --size 4",
       "lipschitz_float conv"},
      {Program("tools/bench/bench"),
       "bench conv --batch 1 --image 8 --rounds 1 --precision highest", "bench matmul"},
      {Program("tools/graph/graph"), "graph show s.onnx", "graph run s.onnx --out y.npy"},
      {Program("tools/wasserstein/wasserstein"),
       "wasserstein bench --iterations 2 --batch 8 --critic cones", "wasserstein bench"},
      {Program("tools/onnx_conformance/onnx_conformance"), "onnx_conformance .",
       "onnx_conformance ."},
  };
  std::erase_if(all, [](const Example& e) { return !std::filesystem::exists(e.program.path()); });
  return all;
}

// A scorer to score with.
const Scratch& desk() {
  static const Scratch scratch;
  static const bool made = [] {
    const Program scorer("tools/train_scorer/train_scorer");
    return scorer
               .run(scratch,
                    "train_scorer --data shapes --out s.onnx --width 8 --epochs 0.02 "
                    "--batch 32")
               .status == 0;
  }();
  REQUIRE(made);
  return scratch;
}

bool lost(const Outcome& outcome) {
  INFO(outcome.err);
  const std::string all = outcome.err.substr(0, outcome.err.size() - 1);
  const std::string last = all.substr(all.rfind('\n') + 1);
  return outcome.status == 1 && says(last, ": stdout: cannot be written");
}

TEST_CASE("every program: each command explains itself" * doctest::skip(kSanitized)) {
  int commands = 0;
  for (const Example& e : examples()) {
    const std::string name = e.program.name();
    const std::string help = e.program.run(desk(), name + " --help").out;
    std::istringstream lines(help.substr(std::min(help.find("Subcommands:"), help.size())));
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line) && line.starts_with("  ")) {
      if (line.starts_with("   ")) continue;  // the rest of a description
      const std::string command = name + " " + line.substr(2, line.find(' ', 2) - 2);
      CAPTURE(command);
      const Outcome outcome = e.program.run(desk(), command + " --help");
      CHECK(outcome.status == 0);
      CHECK(outcome.out.find("Usage: " + command) != std::string::npos);
      ++commands;
    }
  }
  CHECK(commands > 20);  // of gan, bench, lipschitz, wasserstein and graph
}

TEST_CASE("every program: results that are lost are an error") {
  for (const Example& e : examples()) {
    CAPTURE(e.work);
    std::vector<std::string> commands = {e.program.name() + " --help"};
    if (!kSanitized) commands.push_back(e.work);
    for (const std::string& command : commands)
      for (const std::string into : {" >/dev/full", " >&-"}) {
        CAPTURE(command);
        CAPTURE(into);
        if (command.starts_with("onnx_conformance .")) continue;  // has no case to run here
        CHECK(lost(e.program.run(desk(), command + into)));
      }
  }
}

TEST_CASE("every command of gan: results that are lost are an error, and files are whole") {
  const Scratch scratch;
  const std::string options = " --preset sn-small --set batch=2 g.batch=2 data.resize=16";
  REQUIRE(lost(kGan.run(scratch, "gan train --steps 1 --out run" + options + " >&-")));
  for (const std::string command :
       {"gan sample run --count 2", "gan audit run --images 4", "gan audit run --images 4 --json",
        "gan export run --onnx g.onnx", "gan spectrum run"})
    for (const std::string into : {" >/dev/full", " >&-"}) {
      CAPTURE(command);
      CAPTURE(into);
      CHECK(lost(kGan.run(scratch, command + into)));
    }
  CHECK(lost(kGan.run(scratch, "gan train --resume run --steps 2 >/dev/full")));
  CHECK(kGan.run(scratch, "gan sample run --count 2 2>&-").status == 0);  // nothing is lost
}

TEST_CASE("every program: --threads is a number of threads, and --help lists the devices") {
  for (const Example& e : examples()) {
    CAPTURE(e.command);
    for (const std::string value :
         {"0", "-1", "two", "1.5", "100000", "99999999999999999999", "''"}) {
      if (kSanitized && value != "two") continue;  // programs take a second to start then
      CHECK(e.program.refused(e.program.run(desk(), e.command + " --threads " + value), 2,
                              "--threads"));
    }
    CHECK(e.program.refused(e.program.run(desk(), e.command + " --thraeds 1"), 2, "--thraeds"));
    const std::string command = e.command.substr(0, e.command.find(" --"));
    const std::string help = e.program.run(desk(), command + " --help").out +
                             e.program.run(desk(), e.program.name() + " --help").out;
    CHECK(help.find("--threads") != std::string::npos);
    CHECK(help.find(engine::alternatives(engine::Device::names())) != std::string::npos);
  }
}

TEST_CASE("every program: --version tells what was built") {
  for (const Example& e : examples()) {
    CAPTURE(e.command);
    const Outcome outcome = e.program.run(desk(), e.program.name() + " --version");
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with(e.program.name() + " 0."));
    for (const char* line : {"\ncompiler ", "\nbackends      cpu", "\ninstructions "})
      CHECK(outcome.out.find(line) != std::string::npos);
  }
}

TEST_CASE("every program: control characters in names do not reach the terminal") {
  const std::string evil = "$(printf 'a\\033[31m\\nb')";
  const auto clean = [](const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c != 127); });
  };
  const auto shows = [&](const Program& program, const std::string& command) {
    const Outcome outcome = program.run(desk(), command);
    CAPTURE(command);
    CAPTURE(outcome.err);
    return clean(outcome.out) && clean(outcome.err) &&
           (outcome.out + outcome.err).find("a\\x1b[31m\\nb") != std::string::npos;
  };
  for (const Example& e : examples()) CHECK(shows(e.program, e.command + " \"" + evil + "\""));
  CHECK(shows(kGan, "gan sample \"" + evil + "\""));
  CHECK(shows(kGan, "gan train --data images:\"" + evil + "\""));
  CHECK(shows(kGan, "gan train --steps 1 --set batch=2 g.batch=2 --out \"" + evil + "\""));
  CHECK(shows(kGan, "gan spectrum \"" + evil + "\""));
  CHECK(shows(
      Program("tools/train_scorer/train_scorer"),
      "train_scorer --data shapes --out \"" + evil + "\" --width 8 --epochs 0.02 --batch 32"));
  CHECK(shows(Program("tools/inception_score/inception_score"),
              "inception_score --graph \"" + evil + "\" --images shapes --count 20 --splits 1"));
}

// The address space in KiB that a program needs to print its help: its libraries, CUDA's among
// them.
int libraries(const Program& program) {
  for (int most = 100'000;; most += 100'000) {
    REQUIRE(most < 20'000'000);
    const std::string command = "(ulimit -v " + std::to_string(most) +
                                "; OPENBLAS_NUM_THREADS=1 '" + program.path() + "' --help)";
    if (program.run(desk(), command).status == 0) return most;
  }
}

TEST_CASE("every program: too little address space is said at once" * doctest::skip(kSanitized)) {
  for (const Example& e : examples()) {
    CAPTURE(e.work);
    if (e.work.starts_with("onnx_conformance .")) continue;
    // OpenBLAS would retry its 128 MiB buffers per thread forever. timeout(1) exits with 124.
    const std::string command = "(ulimit -v " + std::to_string(libraries(e.program)) +
                                "; timeout 60 '" + e.program.path() + "'" +
                                e.work.substr(e.work.find(' ')) + " --threads 2)";
    const Outcome outcome = e.program.run(desk(), command);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 1);
    CHECK(says(outcome.err.substr(0, outcome.err.size() - 1), e.program.name() + ": ", "256 MiB",
               "ulimit -v", "threads"));
  }
}

}  // namespace
