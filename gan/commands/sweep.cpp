#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "datasets/dataset.h"
#include "engine/file.h"
#include "gan/commands/commands.h"
#include "gan/console/interrupt.h"
#include "gan/console/usage.h"
#include "gan/report/report.h"
#include "gan/run/run_lock.h"
#include "gan/sweep/experiments.h"
#include "gan/sweep/run_sweep.h"
#include "gan/sweep/tables.h"

namespace gan::commands {
namespace {

namespace fs = std::filesystem;
using sweep::Cell;
using sweep::Plan;

struct SweepCommand {
  std::string experiment, scale, out;
  std::vector<std::string> vary, assignments;
  std::optional<std::string> preset, data, scorer, device, precision;
  std::optional<Index> seeds, steps;
  std::optional<double> minutes;
  int jobs = 0;  // as many as fit
  bool json = false;

  bool names_plan() const { return !experiment.empty() || preset || !vary.empty(); }
};

std::string plan_file(const std::string& folder) { return folder + "/sweep.json"; }

Plan named_plan(const SweepCommand& command) {
  if (!command.experiment.empty()) return sweep::find_plan(command.experiment, command.scale);
  engine::check(command.scale.empty(), "--scale ", command.scale,
                ": is of an experiment; name one, such as poster-k");
  if (command.names_plan() || command.out.empty()) {
    const std::string preset = command.preset.value_or("");
    return {.name = preset.empty() ? "sweep" : preset, .title = preset};
  }
  const std::string file = plan_file(command.out);
  engine::check(fs::exists(file), command.out,
                ": holds no sweep to go on with; name an experiment, or give --vary");
  return sweep::read_plan(engine::read_file(file, 1 << 20), file);
}

// The plan, and what the options change of it.
Plan plan_of(const SweepCommand& command) {
  Plan plan = named_plan(command);
  if (command.preset) plan.preset = *command.preset;
  for (const std::string& text : command.vary) plan.axes.push_back(sweep::parse_axis(text));
  const auto assign = [&](const char* key, const std::optional<std::string>& value) {
    if (value) plan.assignments.push_back(std::string(key) + "=" + *value);
  };
  for (const std::string& assignment : command.assignments) plan.assignments.push_back(assignment);
  assign("data", command.data);
  assign("scorer", command.scorer);
  assign("device", command.device);
  assign("precision", command.precision);
  if (command.seeds) plan.seeds = *command.seeds;
  if (command.steps) plan.steps = command.steps;
  if (command.minutes) plan.minutes = *command.minutes;
  return plan;
}

std::string folder_of(const SweepCommand& command, const Plan& plan) {
  if (!command.out.empty()) return command.out;
  return "sweeps/" + plan.name + (plan.scale.empty() ? "" : "-" + plan.scale);
}

// Errors: the folder holds another sweep, or anything that no sweep made.
void check_folder(const std::string& folder, Plan plan) {
  if (!fs::exists(folder)) return;
  engine::check(fs::is_directory(folder), folder, ": is a file; --out takes a folder");
  const std::string file = plan_file(folder);
  if (!fs::exists(file)) {
    for (const auto& entry : fs::directory_iterator(folder))
      engine::check(entry.path().filename() == run::RunLock::kFile, folder, ": holds ",
                    entry.path().filename().string(),
                    ", and is not the folder of a sweep; choose a new or an empty one for --out");
    return;
  }
  const Plan before = sweep::read_plan(engine::read_file(file, 1 << 20), file);
  plan.seeds = before.seeds;  // there may be more of them
  engine::check(to_json(before) == to_json(plan), folder,
                ": holds another sweep; go on with it by gan sweep --out ", folder,
                ", or give a new --out for this one");
}

// Cells of the embedded data set have a scorer: it is made where none is given.
bool wants_shapes_scorer(const std::vector<Cell>& cells) {
  return std::ranges::all_of(
      cells, [](const Cell& c) { return c.config.scorer.empty() && c.config.data == "shapes"; });
}

void add_shapes_scorer(std::vector<Cell>& cells, const std::string& folder) {
  const std::string file = fs::absolute(folder + "/shapes-scorer.onnx").lexically_normal();
  if (!fs::exists(file)) {
    console::note("training a scorer of the data set shapes: half a minute");
    sweep::train_shapes_scorer(file, folder + "/logs/scorer.txt", engine::threads());
  }
  for (Cell& cell : cells) cell.config.scorer = file;
}

int jobs_of(const SweepCommand& command, const std::vector<Cell>& cells) {
  constexpr int most = 8;  // each takes its memory
  if (command.jobs > 0) return command.jobs;
  const bool gpu =
      std::ranges::any_of(cells, [](const Cell& c) { return c.config.device != "cpu"; });
  return gpu ? 1 : std::min({engine::threads(), most, static_cast<int>(cells.size())});
}

void run(const SweepCommand& command) {
  const auto [plan, folder] = console::from_user([&] {
    const Plan wanted = plan_of(command);
    sweep::cells(wanted);
    return std::pair(wanted, folder_of(command, wanted));
  });
  std::vector<Cell> cells = sweep::cells(plan);
  check_folder(folder, plan);
  engine::make_folders(folder);
  const run::RunLock lock(folder);
  engine::write_file(plan_file(folder), to_json(plan));
  engine::make_folders(folder + "/logs");
  console::catch_interrupts(
      "\ngan: interrupted: the steps at hand are finished, then the runs are saved\n");
  const int jobs = jobs_of(command, cells);
  const int threads = std::max(1, engine::threads() / jobs);
  console::note(std::to_string(cells.size()) + " cells in " + folder + ", " + std::to_string(jobs) +
                " at once, " + std::to_string(threads) +
                (threads == 1 ? " thread each" : " threads each"));
  if (wants_shapes_scorer(cells)) add_shapes_scorer(cells, folder);
  sweep::SweepEnd end;
  if (!console::interrupted())
    end = sweep::run_sweep(cells, folder,
                           {.jobs = jobs, .threads = threads, .minutes = plan.minutes});
  const sweep::Results results = sweep::read_results(plan, cells, folder);
  const std::string plot = sweep::write_tables(plan, results, folder);
  const bool begun = std::ranges::any_of(
      results.cells, [](const auto& c) { return c.state != sweep::CellState::waiting; });
  const std::string report = folder + "/report.html";
  if (begun && !console::interrupted()) engine::write_file(report, report::page({folder}));
  const std::string shown =
      command.json ? sweep::as_json(plan, results) : sweep::as_text(plan, results);
  std::fputs(shown.c_str(), stdout);
  if (!command.json) {
    console::print(folder + "/table.md");
    if (!plot.empty()) console::print(plot);
    if (fs::exists(report)) console::print(report);
  }
  if (console::interrupted()) console::note("interrupted; go on with gan sweep --out " + folder);
  for (std::size_t i = 1; i < end.failures.size(); ++i) console::note("gan: " + end.failures[i]);
  engine::check(end.failures.empty(), end.failures.empty() ? "" : end.failures.front(),
                "; once it is mended, go on with gan sweep --out ", folder);
}

std::string sweep_footer() {
  std::string text = "Experiments (EXPERIMENT may also be a file of your own):\n";
  for (const sweep::Experiment& experiment : sweep::experiments()) {
    const std::string name = experiment.name;
    text += "  " + name + std::string(name.size() < 22 ? 24 - name.size() : 2, ' ') +
            sweep::find_plan(name, "").title + "\n      --scale " +
            engine::alternatives(sweep::scales_of(experiment.text, name)) + "\n";
  }
  return text + R"(
A cell is a run as gan train makes it, in a folder of its own. A stopped sweep continues with the
same command, or with --out DIR alone. A cell whose values become infinite or NaN is a result. DIR
gets table.md, table.csv (settings), cells.csv (runs), score.svg, score.png and report.html (see
gan report); times are in timing.csv. Without --scorer, the data set shapes gets one.

Examples:
  gan sweep poster-k --scale minutes
  gan sweep --preset sn-small --vary 'd.constraint=toeplitz(k=1),spectral(k=2)' n_dis=1,2 --seeds 2
  gan sweep poster-k --scale hours --data images:pictures --scorer pictures.onnx
)";
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto options = std::make_shared<SweepCommand>();
  CLI::App* command =
      app.add_subcommand("sweep", "Train a grid of settings, several seeds each: one table");
  command->add_option("EXPERIMENT", options->experiment, "a published table, or a file; see below");
  command->add_option("--scale", options->scale, "of the experiment (its first)");
  command->add_option("--preset", options->preset, "settings to start from");
  command
      ->add_option("--vary", options->vary,
                   "KEY=V1,V2,...: an axis of the grid; commas inside parentheses do not split")
      ->take_all();
  command->add_option("--set", options->assignments, "key=value ...: of all cells")->take_all();
  command->add_option("--data", options->data, engine::alternatives(datasets::forms()));
  command->add_option("--scorer", options->scorer, "classifier that scores samples");
  command->add_option("--seeds", options->seeds, "of each setting, from 0 up (3)")
      ->transform(console::whole_number(1, sweep::kMostCells));
  command->add_option("--steps", options->steps, "of each cell")
      ->transform(console::whole_number(1, std::numeric_limits<Index>::max()));
  command->add_option("--minutes", options->minutes, "of each cell, about")
      ->transform(console::positive_number());
  command->add_option("--jobs", options->jobs, "cells at once (one a thread, at most 8)")
      ->transform(console::whole_number(1, 256));
  command->add_option("--out", options->out, "folder of the sweep (sweeps/<name>-<scale>)");
  command->add_option("--device", options->device, engine::alternatives(engine::Device::names()));
  command->add_option("--precision", options->precision,
                      engine::alternatives(engine::precision_names()));
  console::add_threads(*command);
  command->add_flag("--json", options->json, "the table for programs");
  command->footer(sweep_footer);
  command->callback([options] {
    console::outlive_readers();
    run(*options);
  });
}

}  // namespace gan::commands
