// The commands of the program `gan`: each adds its subcommand, with options, help and an example,
// to the command line; it runs when that is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gan {

void add_train(CLI::App& app);
void add_sample(CLI::App& app);
void add_audit(CLI::App& app);
void add_export(CLI::App& app);
void add_spectrum(CLI::App& app);

// The option --device of a command; `device` is what it is at first.
void add_device(CLI::App* command, std::string& device);

}  // namespace gan
