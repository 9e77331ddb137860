// Options shared by all programs: --threads, --device, --precision; and validators for
// Option::transform and Option::check. Help texts list valid names from their tables.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "engine/choices.h"
#include "engine/device.h"
#include "engine/threads.h"

namespace gan::console {

// A decimal integer within these limits. CLI11 alone reads 0100 as octal, wraps -1 and clips large
// numbers.
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);
// A finite number, with or without a fraction. CLI11 alone accepts nan within any limits.
CLI::Validator finite_number();
CLI::Validator positive_number();
CLI::Validator real_number(double low, double high);
CLI::Validator not_empty();  // a file to write

// One of these names; the error lists them.
CLI::Validator one_of(const std::vector<std::string>& names);

// `device` and `precision` are the defaults.
inline CLI::Option* add_device(CLI::App& command, std::string& device) {
  return command.add_option("--device", device, engine::alternatives(engine::Device::names()))
      ->capture_default_str()
      ->check(one_of(engine::Device::names()));
}

inline CLI::Option* add_precision(CLI::App& command, std::string& precision) {
  return command
      .add_option(
          "--precision", precision,
          "precision of matrix products: " + engine::alternatives(engine::precision_names()))
      ->capture_default_str()
      ->check(one_of(engine::precision_names()));
}

inline void add_threads(CLI::App& command) {
  constexpr int kMost = 256;
  command
      .add_option_function<int>(
          "--threads", engine::set_threads,
          "threads [OMP_NUM_THREADS, else one per processor]; results do not depend on it")
      ->transform(whole_number(1, kMost));
}

}  // namespace gan::console
