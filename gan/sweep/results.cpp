#include "gan/sweep/results.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/file.h"
#include "gan/run/run_table.h"
#include "gan/sweep/train_cell.h"

namespace gan::sweep {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<std::optional<double>>;
using Number = std::optional<double>;

// The quantities, as they are numbered.
struct At {
  enum {
    score,
    best_score,
    distance,
    best_distance,
    classes,
    certified,
    slope,
    estimate,
    seconds,
    speed,
    memory
  };
};

template <class Value>
std::optional<Value> last_of(const std::vector<std::optional<Value>>& values) {
  const auto at = std::find_if(values.rbegin(), values.rend(), [](const auto& v) { return v; });
  return at == values.rend() ? std::nullopt : *at;
}

template <class Better>
Number best_of(const Numbers& numbers, Better better) {
  Number best;
  for (const Number& n : numbers)
    if (n && (!best || better(*n, *best))) best = n;
  return best;
}

// The median over the rows whose time includes neither a score nor an audit, nor the start: those
// are taken after a row is timed, so the next row pays.
Number speed_of(const run::RunTable& log, const Numbers& scores) {
  const Numbers rates = log.numbers("steps_per_second"), audits = log.numbers("certified");
  std::vector<double> undisturbed;
  for (std::size_t i = 1; i < rates.size(); ++i)
    if (rates[i] && !scores[i - 1] && !audits[i - 1]) undisturbed.push_back(*rates[i]);
  if (undisturbed.empty()) return std::nullopt;
  const auto middle = undisturbed.begin() + std::ssize(undisturbed) / 2;
  std::ranges::nth_element(undisturbed, middle);
  return *middle;
}

nlohmann::json read_object(const std::string& path) {
  nlohmann::json found = nlohmann::json::object();
  if (fs::exists(path))
    found = nlohmann::json::parse(engine::read_file(path), nullptr, /*allow_exceptions=*/false);
  return found.is_object() ? found : nlohmann::json::object();
}

Numbers values_of(const run::RunTable& log) {
  const bool inception = log.has("is");
  const Numbers scores = log.numbers(inception ? "is" : "proxy_is"),
                distances = log.numbers(inception ? "fid" : "proxy_fid");
  Numbers values(quantities().size());
  values[At::score] = last_of(scores);
  values[At::best_score] = best_of(scores, std::greater<>());
  values[At::distance] = last_of(distances);
  values[At::best_distance] = best_of(distances, std::less<>());
  values[At::classes] = last_of(log.numbers("classes"));
  values[At::certified] = last_of(log.numbers("certified"));
  values[At::slope] = best_of(log.numbers("slope"), std::greater<>());
  values[At::estimate] = last_of(log.numbers("estimate_over_bound"));
  values[At::seconds] = last_of(log.numbers("seconds"));
  values[At::speed] = speed_of(log, scores);
  return values;
}

CellResult read_cell(const Cell& cell, const std::string& path, const run::RunTable& log) {
  CellResult result{.folder = cell.folder,
                    .setting = cell.setting,
                    .seed = cell.seed,
                    .values = Numbers(quantities().size())};
  result.step = last_of(log.wholes("step")).value_or(0);
  result.values = values_of(log);
  const nlohmann::json end = read_object(path + "/cell.json");
  if (end.contains(kPeakMemory) && end[kPeakMemory].is_number())
    result.values[At::memory] = end[kPeakMemory].get<double>();
  if (fs::exists(path + "/diverged.json")) {
    result.state = CellState::diverged;
    const nlohmann::json about = read_object(path + "/diverged.json");
    if (about.contains("step") && about["step"].is_number_integer()) result.step = about["step"];
    if (about.contains("not_finite") && about["not_finite"].is_string())
      result.reason = about["not_finite"].get<std::string>() + " is not finite";
  } else if (is_finished(path)) {
    result.state = CellState::done;
  } else if (!log.rows.empty()) {
    result.state = CellState::stopped;
  }
  return result;
}

Spread spread_of(const std::vector<double>& values) {
  Spread spread{.count = std::ssize(values)};
  const double count = static_cast<double>(values.size());
  for (const double value : values) spread.mean += value / count;
  if (values.size() < 2) return spread;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

SettingResult read_setting(const std::vector<const CellResult*>& cells) {
  SettingResult result{.seeds = std::ssize(cells),
                       .values = std::vector<std::optional<Spread>>(quantities().size())};
  for (const CellResult* cell : cells) {
    result.done += cell->state == CellState::done;
    result.diverged += cell->state == CellState::diverged;
  }
  for (std::size_t i = 0; i < quantities().size(); ++i) {
    std::vector<double> values;
    for (const CellResult* cell : cells)
      if (cell->state == CellState::done && cell->values[i]) values.push_back(*cell->values[i]);
    if (!values.empty()) result.values[i] = spread_of(values);
  }
  return result;
}

}  // namespace

const char* name_of(CellState state) {
  constexpr const char* names[] = {"waiting", "stopped", "done", "diverged"};
  return names[static_cast<std::size_t>(state)];
}

const std::vector<Quantity>& quantities() {
  static const std::vector<Quantity> all = {
      {"score", "score", "of the last samples; higher is better"},
      {"best_score", "best score", "the highest during training"},
      {"fid", "FID", "of the last samples, from the scorer's features; lower is better"},
      {"best_fid", "best FID", "the lowest during training"},
      {"classes", "classes", "covered by the last samples"},
      {"certified", "certified",
       "upper bound of the discriminator's Lipschitz constant, at the end"},
      {"slope", "slope", "the largest found on images, in any audit"},
      {"estimate_over_bound", "estimate/bound",
       "(mean D(real) - mean D(fake)) / certified, at the end: a lower bound of W1"},
      {"seconds", "seconds", "of training, including scores and audits", true},
      {"steps_per_second", "steps/s", "median over training, without scores and audits", true},
      {"memory_mib", "memory, MiB", "peak of the cell's process", true},
  };
  return all;
}

Results read_results(const Plan& plan, const std::vector<Cell>& cells, const std::string& folder) {
  Results results;
  for (const Cell& cell : cells) {
    const std::string path = folder + "/" + cell.folder;
    const run::RunTable log = run::read_table(path + "/log.csv");
    results.cells.push_back(read_cell(cell, path, log));
    if (log.has("is")) results.score = "IS";
    if (log.has("proxy_is")) results.score = "proxy-IS";
  }
  for (std::size_t first = 0; first < cells.size(); first += plan.seeds) {
    std::vector<const CellResult*> same;
    for (Index i = 0; i < plan.seeds; ++i) same.push_back(&results.cells[first + i]);
    results.settings.push_back(read_setting(same));
    results.settings.back().labels = cells[first].labels;
    results.settings.back().published = published(plan, cells[first].labels);
  }
  return results;
}

}  // namespace gan::sweep
