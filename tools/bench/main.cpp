// bench: the cost of the engine's work, as figures and ratios of one run.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>

#include "tools/bench/benchmarks.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Measures the engine: medians of runs taken in turn, so that ratios hold on a noisy "
      "machine.\n"
      "Example: bench constraints --only 'spectral;toeplitz'"};
  app.require_subcommand(1);
  bench::Options options;
  bool json = false;
  bench::Report (*chosen)(const bench::Options&) = nullptr;
  const auto add = [&](const char* name, const char* help,
                       bench::Report (*run)(const bench::Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--batch", options.batch, "images a batch")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--rounds", options.rounds, "runs of each, of which the median is taken")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_flag("--json", json, "print JSON instead of a table");
    command->callback([&chosen, run] { chosen = run; });
  };
  add("constraints", "what each weight constraint adds to a discriminator update",
      bench::constraints);
  app.get_subcommand("constraints")
      ->add_option("--only", options.only, "these constraints, as in d.constraint")
      ->delimiter(';');
  add("step", "one update of each network, for each model", bench::step);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    const bench::Report report = chosen(options);
    std::cout << (json ? bench::as_json(report) : bench::as_table(report));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
