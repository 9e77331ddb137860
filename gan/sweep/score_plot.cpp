// The files of a sweep's results, and its plot: score against the varied setting.
#include <algorithm>
#include <iomanip>
#include <set>
#include <sstream>

#include "engine/file.h"
#include "gan/console/plot.h"
#include "gan/console/printable.h"
#include "gan/sweep/tables.h"

namespace gan::sweep {
namespace {

constexpr std::size_t kScore = 0;  // of the quantities

// Settings that differ in the first axis alone make a curve; its name is the rest of them.
std::string curve_of(const SettingResult& setting) {
  return label_of({setting.labels.begin() + 1, setting.labels.end()});
}

// x is the place of the level among those of the first axis.
std::string data_of(const Plan& plan, const Results& results) {
  std::ostringstream data;
  data << "curve,label,x,score,deviation,published\n" << std::setprecision(9);
  const auto unquoted = [](std::string text) {  // gnuplot reads no quoted commas in strcol
    std::ranges::replace(text, ',', ';');
    return console::printable(text);
  };
  for (const SettingResult& setting : results.settings) {
    const auto& levels = plan.axes[0].levels;
    const auto level = std::ranges::find(levels, setting.labels[0], &Level::label);
    data << unquoted(curve_of(setting)) << ',' << unquoted(setting.labels[0]) << ','
         << level - levels.begin() << ',';
    if (const auto& score = setting.values[kScore])
      data << score->mean << ',' << score->deviation.value_or(0);
    else
      data << ',';
    data << ',';
    if (setting.published) data << *setting.published;
    data << '\n';
  }
  return data.str();
}

std::string body_of(const Plan& plan, const Results& results) {
  std::ostringstream body;
  const bool same_scale = results.score == "IS";
  body << "set termoption noenhanced\nset title " << console::quoted(plan.title) << "\nset xlabel "
       << console::quoted(plan.axes[0].name) << "\nset ylabel "
       << console::quoted(results.score + " (mean and deviation over " +
                          std::to_string(plan.seeds) + (plan.seeds == 1 ? " seed)" : " seeds)"))
       << "\nset xrange [-0.5:" << plan.axes[0].levels.size() << " - 0.5]\n"
       << "set xtics rotate by -30 ( ";
  for (std::size_t i = 0; i < plan.axes[0].levels.size(); ++i)
    body << (i == 0 ? "" : ", ") << console::quoted(plan.axes[0].levels[i].label) << ' ' << i;
  body << ")\nset grid\nset key bmargin center horizontal\nset yrange [*:*]\n"
       << "set offsets 0, 0, graph 0.08, graph 0.08\n";
  if (!plan.published.empty() && !same_scale)
    body << "set ytics nomirror\nset y2tics\nset y2label "
         << console::quoted(plan.published_what + " (published)") << '\n';
  body << "plot ";
  std::set<std::string> drawn;
  for (const SettingResult& setting : results.settings) {
    std::string curve = curve_of(setting);
    std::ranges::replace(curve, ',', ';');
    if (!drawn.insert(curve).second) continue;
    body << (drawn.size() == 1 ? "" : ", \\\n     ") << "'score.csv' using (strcol(1) eq "
         << console::quoted(curve) << " ? $3 : NaN):4:5 with yerrorlines lw 2 pt 7 title "
         << console::quoted(curve.empty() ? results.score : curve);
  }
  if (!plan.published.empty())
    body << ", \\\n     'score.csv' using 3:6 axes x1" << (same_scale ? "y1" : "y2")
         << " with linespoints dt 2 lw 1.5 pt 6 lc 'gray40' title 'published'";
  body << '\n';
  return body.str();
}

}  // namespace

std::string write_tables(const Plan& plan, const Results& results, const std::string& folder) {
  engine::write_file(folder + "/table.md", as_markdown(plan, results));
  engine::write_file(folder + "/table.csv", settings_csv(plan, results));
  engine::write_file(folder + "/cells.csv", cells_csv(plan, results));
  engine::write_file(folder + "/timing.csv", timing_csv(results));
  const bool scored = std::ranges::any_of(
      results.settings, [](const SettingResult& s) { return s.values[kScore].has_value(); });
  if (!scored) return "";
  return console::draw({.folder = folder,
                        .name = "score",
                        .data = data_of(plan, results),
                        .body = body_of(plan, results)});
}

}  // namespace gan::sweep
