#include "gan/sweep/tables.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/file.h"
#include "gan/console/printable.h"

namespace gan::sweep {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value, int digits) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  return text.str();
}

constexpr int kExact = 9;  // significant digits in files: more than the logs have

// A CSV field, quoted if necessary.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string title_of(const Results& results, const Quantity& quantity) {
  const std::string title = quantity.title;
  if (title == "FID" || title == "best FID")
    return results.score == "IS" ? title : (title == "FID" ? "proxy-FID" : "best proxy-FID");
  if (results.score.empty()) return title;
  if (title == "score") return results.score;
  return title == "best score" ? "best " + results.score : title;
}

bool is_measured(const Results& results, std::size_t quantity) {
  return std::ranges::any_of(
      results.settings, [&](const SettingResult& s) { return s.values[quantity].has_value(); });
}

// One line for each cell without a result, which the table does not show.
std::vector<std::string> remarks(const Results& results) {
  std::vector<std::string> lines;
  for (const CellResult& cell : results.cells) {
    if (cell.state == CellState::diverged)
      lines.push_back(cell.folder + " diverged at step " + std::to_string(cell.step) + ": " +
                      cell.reason);
    if (cell.state == CellState::stopped)
      lines.push_back(cell.folder + " stopped at step " + std::to_string(cell.step) + " or later");
    if (cell.state == CellState::waiting) lines.push_back(cell.folder + " has not started");
  }
  return lines;
}

// The displayed width: continuation bytes of UTF-8 take no room.
std::size_t width(const std::string& text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
}

}  // namespace

std::string shown(const std::optional<Spread>& spread) {
  if (!spread) return "-";
  if (!spread->deviation || !std::isfinite(spread->mean)) return number(spread->mean, 4);
  return number(spread->mean, 4) + " ± " + number(*spread->deviation, 2);
}

std::vector<Row> table_rows(const Plan& plan, const Results& results, bool timed) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < quantities().size(); ++i)
    if (is_measured(results, i) && (timed || !quantities()[i].timed)) columns.push_back(i);
  std::vector<Row> rows(1);
  for (const Axis& axis : plan.axes) rows[0].push_back(axis.name);
  rows[0].emplace_back("seeds");
  for (const std::size_t i : columns) rows[0].push_back(title_of(results, quantities()[i]));
  if (!plan.published.empty()) rows[0].push_back("published: " + plan.published_what);
  for (const SettingResult& setting : results.settings) {
    Row row = setting.labels;
    std::string seeds = std::to_string(setting.done);
    if (setting.done < setting.seeds) seeds += " of " + std::to_string(setting.seeds);
    row.push_back(seeds);
    for (const std::size_t i : columns) row.push_back(shown(setting.values[i]));
    if (!plan.published.empty())
      row.push_back(setting.published ? number(*setting.published, 6) : "-");
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string caption(const Plan& plan, const Results& results) {
  std::ostringstream text;
  if (plan.seeds == 1)
    text << "One seed";
  else
    text << "Mean and standard deviation over " << plan.seeds << " seeds";
  if (!results.cells.empty()) text << "; diverged runs are left out";
  if (results.score == "proxy-IS")
    text << "; proxy scores are comparable only with scores of the same classifier";
  return text.str();
}

std::string as_text(const Plan& plan, const Results& results) {
  const std::vector<Row> rows = table_rows(plan, results, true);
  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      const bool left = i < plan.axes.size();
      line += (i == 0 ? "" : "  ") + (left ? row[i] + space : space + row[i]);
    }
    text += console::printable(line.substr(0, line.find_last_not_of(' ') + 1)) + "\n";
  }
  text += "\n" + caption(plan, results) + "\n";
  for (const std::string& line : remarks(results)) text += line + "\n";
  return text;
}

std::string as_markdown(const Plan& plan, const Results& results) {
  const std::vector<Row> rows = table_rows(plan, results, false);
  std::string text;
  if (!plan.title.empty()) text += "# " + plan.title + "\n\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const std::string& cell : rows[r]) {
      text += "| ";
      for (const char c : cell) text += c == '|' ? std::string("\\|") : std::string(1, c);
      text += " ";
    }
    text += "|\n";
    if (r > 0) continue;
    for (std::size_t i = 0; i < rows[r].size(); ++i)
      text += i < plan.axes.size() ? "|---" : "|---:";
    text += "|\n";
  }
  text += "\n" + caption(plan, results) + ".\n";
  for (const std::string& line : remarks(results)) text += "- " + line + "\n";
  if (!plan.source.empty()) text += "\nPublished: " + plan.source + "\n";
  return text;
}

std::string settings_csv(const Plan& plan, const Results& results) {
  std::ostringstream text;
  text << std::setprecision(kExact);
  for (const Axis& axis : plan.axes) text << field(axis.name) << ',';
  text << "seeds,done,diverged";
  for (const Quantity& quantity : quantities())
    if (!quantity.timed) text << ',' << quantity.name << ',' << quantity.name << "_sd";
  text << ",published\n";
  for (const SettingResult& setting : results.settings) {
    for (const std::string& label : setting.labels) text << field(label) << ',';
    text << setting.seeds << ',' << setting.done << ',' << setting.diverged;
    for (std::size_t i = 0; i < quantities().size(); ++i) {
      if (quantities()[i].timed) continue;
      const std::optional<Spread>& value = setting.values[i];
      text << ',';
      if (value) text << value->mean;
      text << ',';
      if (value && value->deviation) text << *value->deviation;
    }
    text << ',';
    if (setting.published) text << *setting.published;
    text << '\n';
  }
  return text.str();
}

std::string cells_csv(const Plan& plan, const Results& results) {
  std::ostringstream text;
  text << std::setprecision(kExact) << "folder,";
  for (const Axis& axis : plan.axes) text << field(axis.name) << ',';
  text << "seed,state,step,reason";
  for (const Quantity& quantity : quantities())
    if (!quantity.timed) text << ',' << quantity.name;
  text << '\n';
  for (const CellResult& cell : results.cells) {
    text << cell.folder << ',';
    for (const std::string& label : results.settings[cell.setting].labels)
      text << field(label) << ',';
    text << cell.seed << ',' << name_of(cell.state) << ',' << cell.step << ','
         << field(cell.reason);
    for (std::size_t i = 0; i < quantities().size(); ++i) {
      if (quantities()[i].timed) continue;
      text << ',';
      if (cell.values[i]) text << *cell.values[i];
    }
    text << '\n';
  }
  return text.str();
}

std::string timing_csv(const Results& results) {
  std::ostringstream text;
  text << "folder";
  for (const Quantity& quantity : quantities())
    if (quantity.timed) text << ',' << quantity.name;
  text << '\n';
  for (const CellResult& cell : results.cells) {
    text << cell.folder;
    for (std::size_t i = 0; i < quantities().size(); ++i) {
      if (!quantities()[i].timed) continue;
      text << ',';
      if (cell.values[i]) text << *cell.values[i];
    }
    text << '\n';
  }
  return text.str();
}

std::string as_json(const Plan& plan, const Results& results) {
  const auto optional = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
  };
  Json json = {{"name", plan.name}, {"scale", plan.scale}, {"score", results.score}};
  json["settings"] = Json::array();
  for (const SettingResult& setting : results.settings) {
    Json row;
    for (std::size_t i = 0; i < plan.axes.size(); ++i)
      row["setting"][plan.axes[i].name] = setting.labels[i];
    row.update({{"seeds", setting.seeds}, {"done", setting.done}, {"diverged", setting.diverged}});
    for (std::size_t i = 0; i < quantities().size(); ++i) {
      const std::optional<Spread>& value = setting.values[i];
      row[quantities()[i].name] =
          value ? Json{{"mean", optional(value->mean)}, {"sd", optional(value->deviation)}}
                : Json(nullptr);
    }
    row["published"] = optional(setting.published);
    json["settings"].push_back(row);
  }
  json["cells"] = Json::array();
  for (const CellResult& cell : results.cells) {
    Json row = {{"folder", cell.folder},
                {"seed", cell.seed},
                {"state", name_of(cell.state)},
                {"step", cell.step}};
    if (!cell.reason.empty()) row["reason"] = cell.reason;
    for (std::size_t i = 0; i < quantities().size(); ++i)
      row[quantities()[i].name] = optional(cell.values[i]);
    json["cells"].push_back(row);
  }
  return json.dump(2) + "\n";
}

}  // namespace gan::sweep
