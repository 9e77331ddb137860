#include "gan/report/report.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "engine/file.h"
#include "gan/console/printable.h"
#include "gan/console/program_name.h"
#include "gan/report/figures.h"
#include "gan/report/html.h"
#include "gan/sweep/tables.h"

namespace gan::report {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<std::string>>;
using sweep::Cell;
using sweep::label_of;
using sweep::Plan;

std::string last_name(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename();
}

std::string section(const std::string& title, const std::string& text, const std::string& content) {
  if (content.empty()) return "";
  return "<h2>" + escaped(title) + "</h2>\n" +
         (text.empty() ? "" : "<p>" + escaped(text) + "</p>\n") + content;
}

std::map<std::string, std::string> settings_of(const training::Config& config) {
  std::map<std::string, std::string> all;
  training::Config::fields(config, [&](const char* key, const auto& value, const char*) {
    std::ostringstream text;
    text << std::boolalpha << value;
    all[key] = text.str();
  });
  return all;
}

// Settings that differ, a column for each; then those that all runs share.
std::string settings_section(const Runs& runs) {
  std::vector<std::map<std::string, std::string>> all;
  for (const RunData& run : runs) all.push_back(settings_of(run.config));
  Rows differ = {{"run"}}, shared = {{"setting", "value"}};
  for (const RunData& run : runs) differ.push_back({run.name});
  for (const auto& [key, value] : all.front()) {
    const bool same = std::ranges::all_of(
        all, [&, k = key, v = value](const auto& settings) { return settings.at(k) == v; });
    if (same) {
      shared.push_back({key, value});
      continue;
    }
    differ[0].push_back(key);
    for (std::size_t i = 0; i < all.size(); ++i) differ[i + 1].push_back(all[i].at(key));
  }
  std::string html;
  if (differ[0].size() > 1) html += "<h3>Settings that differ</h3>\n" + html_table(differ, 9);
  return html + "<details><summary>" + (runs.size() > 1 ? "Settings of all runs" : "Settings") +
         "</summary>\n" + html_table(shared, 9) + "</details>\n";
}

// The environments of the runs; one row per distinct environment.
std::string machine_table(const Runs& runs) {
  std::set<std::vector<std::string>> seen;
  Rows rows = {{"made by", "what"}};
  for (const RunData& run : runs) {
    for (const auto& [what, which] : run.machine)
      if (seen.insert({what, which}).second) rows.push_back({what, which});
    const std::string hash = run.data_hash.empty() ? "not known" : run.data_hash;
    if (seen.insert({"data", run.config.data, hash}).second)
      rows.push_back({"data " + run.config.data, "SHA-256 " + hash});
  }
  return html_table(rows, 9);
}

// For a shell, quoted if necessary.
std::string word(const std::string& text) {
  const bool plain = text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                         "-_./=:,+") == text.npos;
  if (plain && !text.empty()) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// A sweep's sweep.json is a plan, like an experiment.
std::string command_of_sweep(const std::string& folder) {
  return console::program_name() + " sweep " + word(folder + "/sweep.json") + " --out again";
}

// The command that repeats a run from its own values rather than a preset's.
std::string command_of(const RunData& run) {
  std::string text = console::program_name() + " train --data " + word(run.config.data) + " --set";
  const auto standard = settings_of(training::Config());
  for (const auto& [key, value] : settings_of(run.config))
    if (key != "data" && value != standard.at(key)) text += " " + word(key + "=" + value);
  return text;
}

// What one folder adds to the report: the figures of a sweep, and runs.
struct Part {
  std::string title, summary, commands;
  Runs runs;
};

constexpr std::size_t kMostSpectra = 12;  // runs of a sweep whose weights are looked at

Part sweep_part(const std::string& folder, std::vector<std::string>& notes) {
  const std::string file = folder + "/sweep.json";
  const Plan plan = sweep::read_plan(engine::read_file(file, 1 << 20), file);
  const std::vector<Cell> cells = sweep::cells(plan);
  const sweep::Results results = sweep::read_results(plan, cells, folder);
  Part part{.title = plan.title.empty() ? last_name(folder) : plan.title};
  part.commands = command_of_sweep(folder) + "\n";
  part.summary =
      section("Results", "",
              html_table(table_rows(plan, results, true), plan.axes.size()) + "<p class=\"soft\">" +
                  escaped(caption(plan, results)) + ". " +
                  csv_link("table.csv", settings_csv(plan, results), "settings (CSV)") + " " +
                  csv_link("cells.csv", cells_csv(plan, results), "runs (CSV)") + "</p>\n") +
      score_figures(plan, results);
  std::size_t with_spectra = 0;
  for (const Cell& cell : cells) {
    const std::string path = folder + "/" + cell.folder;
    if (!fs::exists(path + "/config.json")) {
      notes.push_back(cell.folder + ": has not started");
      continue;
    }
    const bool first = cell.seed == 0 && with_spectra < kMostSpectra;
    with_spectra += first;
    part.runs.push_back(read_run(
        path, label_of(cell.labels) + ", seed " + std::to_string(cell.seed), first, notes));
    part.runs.back().group = label_of(cell.labels);
  }
  return part;
}

Part run_part(const std::string& folder, std::vector<std::string>& notes) {
  Part part{.title = last_name(folder)};
  part.runs.push_back(read_run(folder, last_name(folder), true, notes));
  part.runs.back().group = part.runs.back().name;
  part.commands = command_of(part.runs.back()) + "\n";
  return part;
}

std::string escaped_lines(const std::string& text) {
  std::istringstream in(text);
  std::string html;
  for (std::string line; std::getline(in, line);) html += escaped(line) + "\n";
  return html;
}

std::string divergences(const Runs& runs) {
  Rows rows = {{"run", "diverged at"}};
  for (const RunData& run : runs)
    if (!run.diverged.empty()) rows.push_back({run.name, run.diverged});
  return rows.size() > 1 ? html_table(rows, 9) : "";
}

std::string list_of(const std::vector<std::string>& notes) {
  std::string html;
  for (const std::string& note : notes) html += "<li>" + escaped(note) + "</li>\n";
  return html.empty() ? "" : "<ul class=\"soft\">\n" + html + "</ul>\n";
}

}  // namespace

std::string page(const std::vector<std::string>& folders) {
  std::vector<std::string> notes;
  std::string title, summary, commands;
  Runs runs;
  for (const std::string& folder : folders) {
    engine::check(fs::is_directory(folder), folder,
                  ": is not a folder; pass the folder of a run or sweep");
    Part part =
        fs::exists(folder + "/sweep.json") ? sweep_part(folder, notes) : run_part(folder, notes);
    title += (title.empty() ? "" : " · ") + part.title;
    summary +=
        (folders.size() > 1 && !part.summary.empty() ? "<h2>" + escaped(part.title) + "</h2>\n"
                                                     : "") +
        part.summary;
    commands += part.commands;
    for (RunData& run : part.runs) runs.push_back(std::move(run));
  }
  engine::check(!runs.empty(), folders.front(), ": holds no run yet; start it with ",
                console::program_name(), " sweep");
  std::string body = "<h1>" + escaped(title) + "</h1>\n" + summary;
  body += section("Runs that diverged", "", divergences(runs));
  body += section("Samples through training",
                  "Samples of the averaged generator from the same noise; scroll right for later "
                  "steps. Of several seeds, the first is shown.",
                  sample_strips(runs));
  body += section("Scores, losses and bounds", "", training_curves(runs));
  body += section("Gradients",
                  "Ratio of the two largest singular values of each weight's gradient, as passed "
                  "to the optimizer.",
                  gradient_curves(runs));
  body += section("Spectra of the weights", "", weight_spectra(runs));
  body += section("Audit", "Claimed and actual norm of each layer at the last audit.",
                  audit_bars(runs) + audit_tables(runs));
  body += section("What was run", "",
                  "<pre>" + escaped_lines(commands) + "</pre>\n" + settings_section(runs) +
                      machine_table(runs) + list_of(notes));
  return html_page(title, body);
}

}  // namespace gan::report
