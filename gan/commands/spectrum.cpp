#include "gan/analysis/spectrum.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/device.h"
#include "gan/commands/commands.h"
#include "gan/run/loaded_run.h"

namespace gan::commands {
namespace {

struct SpectrumOptions {
  std::vector<std::string> runs;
  std::string out, device = "cpu";
};

// The last folder of a path: a run's name.
std::string title(const std::string& run) {
  const std::filesystem::path path = std::filesystem::path(run).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

// Their names, or full paths if two names are equal; a run given twice gets a number.
std::vector<std::string> titles(const std::vector<std::string>& runs) {
  std::vector<std::string> names;
  for (const std::string& run : runs) names.push_back(title(run));
  const bool distinct = std::set<std::string>(names.begin(), names.end()).size() == names.size();
  std::vector<std::string> result = distinct ? names : runs;
  std::set<std::string> taken;
  for (std::string& name : result) {
    name = console::printable(name);
    std::ranges::replace_if(
        name, [](char c) { return c == ',' || c == '"'; }, '_');  // of CSV
    const std::string first = name;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = first + " (" + std::to_string(number) + ")";
  }
  return result;
}

void run(const SpectrumOptions& options) {
  engine::Device::named(options.device).use();
  std::vector<analysis::Spectrum> all;
  const std::vector<std::string> names = titles(options.runs);
  for (std::size_t i = 0; i < names.size(); ++i) {
    run::LoadedRun loaded = run::LoadedRun::open(options.runs[i]);
    const analysis::Spectra some =
        analysis::spectra(loaded.networks.discriminator, loaded.header.image, names[i]);
    all.insert(all.end(), some.found.begin(), some.found.end());
    for (const std::string& note : some.notes) console::note("note: " + note);
  }
  const std::string beside = options.runs.size() == 1 ? options.runs[0] + "/spectrum" : "spectrum";
  const std::string line =
      draw(analysis::spectrum_plot(all, options.out.empty() ? beside : options.out));
  console::print(line);
}

}  // namespace

void add_spectrum(CLI::App& app) {
  auto options = std::make_shared<SpectrumOptions>();
  CLI::App* command = app.add_subcommand(
      "spectrum", "Write and plot the singular values of a discriminator's layers");
  command->add_option("RUN", options->runs, "folders of runs of gan train, plotted side by side")
      ->required();
  command->add_option("--out", options->out,
                      "folder for spectrum.csv, .gnuplot, .svg and .png [RUN/spectrum; for several "
                      "runs: spectrum]");
  console::add_device(*command, options->device);
  console::add_threads(*command);
  command->footer(
      "Matrices: reshaped, the reshaped kernel; toeplitz, the convolution itself, on large images\n"
      "its largest values only; beside those, circulant, the convolution on a torus. Dashed lines\n"
      "are the norm k that the constraint aims at, dotted ones certified bounds of the "
      "convolution.\n\n"
      "Example:\n  gan spectrum runs/clip runs/weight-norm runs/spectral runs/toeplitz\n");
  command->callback([options] { run(*options); });
}

}  // namespace gan::commands
