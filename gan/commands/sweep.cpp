#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "datasets/dataset.h"
#include "engine/collective.h"
#include "engine/file.h"
#include "gan/commands/commands.h"
#include "gan/console/interrupt.h"
#include "gan/console/program.h"
#include "gan/console/program_name.h"
#include "gan/console/usage.h"
#include "gan/report/report.h"
#include "gan/run/run_lock.h"
#include "gan/sweep/claims.h"
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
                ": needs an experiment; name one, such as poster-k");
  if (command.names_plan() || command.out.empty()) {
    const std::string preset = command.preset.value_or("");
    return {.name = preset.empty() ? "sweep" : preset, .title = preset};
  }
  const std::string file = plan_file(command.out);
  engine::check(fs::exists(file), command.out,
                ": holds no sweep to resume; name an experiment, or pass --vary");
  return sweep::read_plan(engine::read_file(file, 1 << 20), file);
}

// The plan, changed by the options.
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

// A file that is not of a sweep about to begin; "": there is none.
std::string foreign_file(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name != run::RunLock::kFile && !name.starts_with("sweep.json")) return name;
  }
  return "";
}

// Errors: the folder holds another sweep, or foreign files.
void check_folder(const std::string& folder, Plan plan) {
  if (!fs::exists(folder)) return;
  engine::check(fs::is_directory(folder), folder, ": is a file; --out takes a folder");
  const std::string file = plan_file(folder);
  if (!fs::exists(file)) {
    const std::string name = foreign_file(folder);
    if (name.empty()) return;
    // Unless another process has begun the sweep meanwhile: it writes the plan first.
    engine::check(fs::exists(file), folder, ": holds ", name,
                  " and is not the folder of a sweep; choose a new or empty folder for --out");
  }
  const Plan before = sweep::read_plan(engine::read_file(file, 1 << 20), file);
  plan.seeds = before.seeds;  // there may be more of them
  engine::check(to_json(before) == to_json(plan), folder, ": holds another sweep; resume it with ",
                console::program_name(), " sweep --out ", folder,
                ", or choose another --out for this one");
}

// Cells of the embedded data set have a scorer, which is trained if none is given.
bool wants_shapes_scorer(const std::vector<Cell>& cells) {
  return std::ranges::all_of(
      cells, [](const Cell& c) { return c.config.scorer.empty() && c.config.data == "shapes"; });
}

void add_shapes_scorer(std::vector<Cell>& cells, const std::string& folder) {
  const std::string file = fs::absolute(folder + "/shapes-scorer.onnx").lexically_normal();
  if (!fs::exists(file)) {
    console::note("training a scorer on shapes (half a minute)");
    sweep::train_shapes_scorer(file, folder + "/logs/scorer.txt", engine::threads());
  }
  for (Cell& cell : cells) cell.config.scorer = file;
}

int jobs_of(const SweepCommand& command, const std::vector<Cell>& cells) {
  constexpr int most = 8;  // each takes its memory
  if (command.jobs > 0) return command.jobs;
  if (engine::launch().size > 1) return 1;  // each of them trains
  const bool gpu =
      std::ranges::any_of(cells, [](const Cell& c) { return c.config.device != "cpu"; });
  return gpu ? 1 : std::min({engine::threads(), most, static_cast<int>(cells.size())});
}

// Without locks, no process knows which cells the others train.
void report_no_locks(const std::string& folder) {
  engine::check(engine::launch().size == 1, folder, ": the file system has no locks, by which ",
                engine::launch().size, " processes share the cells; start one, with --jobs");
  console::note("note: " + folder +
                ": the file system has no locks; do not run this sweep twice at once");
}

// Tables, plot and report of what there is by now.
void show_results(const SweepCommand& command, const Plan& plan, const std::vector<Cell>& cells,
                  const std::string& folder) {
  const sweep::Results results = sweep::read_results(plan, cells, folder);
  const std::string plot = sweep::write_tables(plan, results, folder);
  const bool begun = std::ranges::any_of(
      results.cells, [](const auto& c) { return c.state != sweep::CellState::waiting; });
  const std::string report = folder + "/report.html";
  if (begun && !console::interrupted()) engine::write_file(report, report::page({folder}));
  if (engine::launch().rank > 0) return;  // of several under mpirun the first shows the results
  const std::string shown =
      command.json ? sweep::as_json(plan, results) : sweep::as_text(plan, results);
  std::fputs(shown.c_str(), stdout);
  if (!command.json) {
    console::print(folder + "/table.md");
    if (!plot.empty()) console::print(plot);
    if (fs::exists(report)) console::print(report);
  }
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
  static const std::string answer = "\n" + console::program_name() +
                                    ": interrupted; finishing the current steps, then saving the "
                                    "runs\n";
  console::catch_interrupts(answer.c_str());
  const int jobs = jobs_of(command, cells);
  const int threads = std::max(1, engine::threads() / jobs);
  if (engine::launch().rank == 0)
    console::note(std::to_string(cells.size()) + " cells in " + folder + ", " +
                  std::to_string(jobs) + " at once, " + std::to_string(threads) +
                  (threads == 1 ? " thread each" : " threads each"));
  if (const sweep::Claim alone = sweep::claim_folder(folder)) {
    if (!alone->works()) report_no_locks(folder);
    check_folder(folder, plan);  // again: another process may have begun it
    engine::write_file(plan_file(folder), to_json(plan));
    engine::make_folders(folder + "/logs");
    if (wants_shapes_scorer(cells)) add_shapes_scorer(cells, folder);
  }
  sweep::SweepEnd end;
  if (!console::interrupted())
    end = sweep::run_sweep(cells, folder,
                           {.jobs = jobs, .threads = threads, .minutes = plan.minutes});
  if (const sweep::Claim alone = sweep::claim_folder(folder))
    show_results(command, plan, cells, folder);
  if (console::interrupted() && engine::launch().rank == 0)
    console::note("interrupted; resume with " + console::program_name() + " sweep --out " + folder);
  for (std::size_t i = 1; i < end.failures.size(); ++i)
    console::note(console::program_name() + ": " + end.failures[i]);
  engine::check(end.failures.empty(), end.failures.empty() ? "" : end.failures.front(),
                "; after fixing it, resume with ", console::program_name(), " sweep --out ",
                folder);
}

std::string sweep_footer() {
  std::string text = "Experiments (EXPERIMENT may also be your own file):\n";
  for (const sweep::Experiment& experiment : sweep::experiments()) {
    const std::string name = experiment.name;
    text += "  " + name + std::string(name.size() < 22 ? 24 - name.size() : 2, ' ') +
            sweep::find_plan(name, "").title + "\n      --scale " +
            engine::alternatives(sweep::scales_of(experiment.text, name)) + "\n";
  }
  return text + R"(
Each cell is an ordinary run in its own folder. A stopped sweep resumes with the same command, or
with --out DIR alone. A cell whose values become infinite or NaN counts as a result. DIR receives
table.md, table.csv (settings), cells.csv (runs), score.svg, score.png and report.html (see gan
report); times are in timing.csv. On the data set shapes, a scorer is trained if none is given.

Examples:
  gan sweep poster-k --scale minutes
  gan sweep --preset sn-small --vary 'd.constraint=toeplitz(k=1),spectral(k=2)' n_dis=1,2 --seeds 2
  gan sweep poster-k --scale hours --data images:pictures --scorer pictures.onnx
  mpirun -n 8 gan sweep poster-k --scale paper --out shared/poster-k   (shares the cells)
)";
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto options = std::make_shared<SweepCommand>();
  CLI::App* command =
      app.add_subcommand("sweep", "Train a grid of settings, several seeds each: one table");
  command->add_option("EXPERIMENT", options->experiment,
                      "name of an experiment, or a file; see below");
  command->add_option("--scale", options->scale, "scale of the experiment [its first]");
  command->add_option("--preset", options->preset, "preset to start from");
  command
      ->add_option("--vary", options->vary,
                   "KEY=V1,V2,...: an axis of the grid; commas inside parentheses do not split")
      ->take_all();
  command->add_option("--set", options->assignments, "key=value ...: settings of all cells")
      ->take_all();
  command->add_option("--data", options->data, engine::alternatives(datasets::forms()));
  command->add_option("--scorer", options->scorer, "classifier that scores samples");
  command->add_option("--seeds", options->seeds, "seeds per setting, counted from 0 [3]")
      ->transform(console::whole_number(1, sweep::kMostCells));
  command->add_option("--steps", options->steps, "generator updates of each cell")
      ->transform(console::whole_number(1, std::numeric_limits<Index>::max()));
  command->add_option("--minutes", options->minutes, "training time of each cell, about")
      ->transform(console::positive_number());
  command
      ->add_option("--jobs", options->jobs,
                   "cells at once [one per thread, at most 8; under mpirun 1 per process]")
      ->transform(console::whole_number(1, 256));
  command->add_option("--out", options->out, "folder of the sweep [sweeps/<name>-<scale>]");
  command->add_option("--device", options->device, engine::alternatives(engine::Device::names()));
  command->add_option("--precision", options->precision,
                      engine::alternatives(engine::precision_names()));
  console::add_threads(*command);
  command->add_flag("--json", options->json, "print the table as JSON");
  command->footer(sweep_footer);
  console::share_work(*command);
  command->callback([options] {
    console::outlive_readers();
    run(*options);
  });
}

}  // namespace gan::commands
