// The commands of the program `gan`: each adds its subcommand, with options, help and an example,
// to the command line; it runs when that is parsed.
#pragma once

#include <cstdint>
#include <string>

#include "engine/real.h"
#include "gan/console/options.h"
#include "gan/console/printable.h"

namespace gan::commands {

using engine::Index;

void add_train(CLI::App& app);
void add_presets(CLI::App& app);
void add_sample(CLI::App& app);
void add_audit(CLI::App& app);
void add_export(CLI::App& app);
void add_report(CLI::App& app);
void add_spectrum(CLI::App& app);
void add_sweep(CLI::App& app);

}  // namespace gan::commands
