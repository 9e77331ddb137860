// The commands of the program `gan`: each adds its subcommand, with options, help and an example,
// to the command line; it runs when that is parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace gan {

void add_train(CLI::App& app);
void add_sample(CLI::App& app);
void add_audit(CLI::App& app);
void add_export(CLI::App& app);
void add_spectrum(CLI::App& app);

// The option --device of a command; `device` is what it is at first.
void add_device(CLI::App* command, std::string& device);

// For Option::transform: decimal digits of a number in these limits. CLI11 alone takes 0100 for
// octal, wraps -1 and clips what is too large.
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);
CLI::Validator positive_number();  // finite, with or without a fraction
CLI::Validator not_empty();        // a file to write

}  // namespace gan
