#include "gan/report/figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gan/report/chart.h"
#include "gan/report/html.h"

namespace gan::report {
namespace {

using Numbers = std::vector<std::optional<double>>;

// Runs of one group share a color.
std::map<std::string, int> colors_of(const Runs& runs) {
  std::map<std::string, int> colors;
  for (const RunData& run : runs) colors.try_emplace(run.group, static_cast<int>(colors.size()));
  return colors;
}

std::vector<Point> points_of(const Numbers& xs, const Numbers& ys) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < std::min(xs.size(), ys.size()); ++i)
    if (xs[i] && ys[i]) points.push_back({*xs[i], *ys[i]});
  return points;
}

struct Curve {
  const char* column;
  const char* title;
  const char* unit;
  const char* caption;
  bool log_y;
  bool trim_y = false;  // the first steps may be far from the rest
};

constexpr Curve kCurves[] = {
    {"is", "Inception Score", "score", "Higher is better.", false},
    {"proxy_is", "Proxy-IS", "score",
     "Higher is better; comparable only with scores of the same classifier.", false},
    {"fid", "FID", "distance", "Lower is better.", true},
    {"proxy_fid", "Proxy-FID", "distance",
     "Lower is better; the distance between the scorer's features of samples and of the data set.",
     true},
    {"classes", "Classes covered", "classes",
     "Classes that the scorer finds among the samples; a drop means mode collapse.", false},
    {"d_loss", "Loss of the discriminator", "loss",
     "Mean over the steps since the previous row of the log.", false, true},
    {"g_loss", "Loss of the generator", "loss",
     "For hinge and Wasserstein losses, the negative mean output on fakes; not a measure of "
     "quality.",
     false, true},
    {"certified", "Certified Lipschitz bound", "bound",
     "The discriminator's slope never exceeds it.", true},
    {"slope", "Largest slope found", "slope",
     "At real images, fakes and points between them; must stay below the certified bound.", true},
    {"estimate_over_bound", "Estimate over bound", "distance in pixels",
     "(mean D(real) - mean D(fake)) / certified bound: never exceeds the exact distance.", false},
    {"exact_distance", "Exact distance", "distance in pixels",
     "W1 between the same real images and fakes, by a network simplex; of a conditional run the "
     "mean within each class.",
     false},
};

Chart chart_of(const Curve& curve) {
  return {.name = curve.column,
          .title = curve.title,
          .x_label = "step (generator updates)",
          .y_label = curve.unit,
          .caption = curve.caption,
          .log_y = curve.log_y,
          .trim_y = curve.trim_y};
}

// At most this many grids, evenly spaced, with both ends.
std::vector<std::size_t> chosen(std::size_t count, std::size_t most) {
  std::vector<std::size_t> indices;
  const std::size_t n = std::min(count, most);
  for (std::size_t i = 0; i < n; ++i)
    indices.push_back(n == 1 ? count - 1 : i * (count - 1) / (n - 1));
  return indices;
}

// The number of grids of a run, and of rows in each, so that all runs together stay below 3 MB even
// if images are noise, which PNG does not compress.
struct Extent {
  std::size_t grids;
  int rows;
};
Extent extent_of(const RunData& run, std::size_t runs) {
  constexpr std::size_t budget = 2'200'000;  // bytes of pixels; base64 adds a third
  const std::size_t row = std::max<std::size_t>(
                        1, std::size_t{8} * 3 * run.image_height * run.image_width),
                    rows = budget / (row * runs), most_grids = runs <= 2 ? 10 : 5;
  const std::size_t grids = std::clamp<std::size_t>(rows, 1, most_grids);
  return {grids, static_cast<int>(std::clamp<std::size_t>(rows / grids, 1, 4))};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// By step: the median of s0/s1 over the weights of a network, "d" or "g".
std::vector<Point> median_ratios(const run::RunTable& gradients, char network) {
  const auto weights = gradients.texts("weight");
  const Numbers steps = gradients.numbers("step"), ratios = gradients.numbers("ratio");
  std::map<double, std::vector<double>> by_step;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i].starts_with(network) && steps[i] && ratios[i] && *ratios[i] > 0)
      by_step[*steps[i]].push_back(*ratios[i]);
  std::vector<Point> points;
  for (const auto& [step, all] : by_step) points.push_back({step, median(all)});
  return points;
}

// The rows of the last audit.
std::vector<std::vector<std::string>> last_audit(const run::RunTable& audits) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : audits.rows)
    if (row.front() == audits.rows.back().front()) rows.push_back(row);
  return rows;
}

// One run of each group, to represent the others where all would be too many.
Runs one_of_each(const Runs& runs) {
  Runs some;
  std::set<std::string> seen;
  for (const RunData& run : runs)
    if (seen.insert(run.group).second) some.push_back(run);
  return some;
}

std::string in_charts(const std::string& figures) {
  return figures.empty() ? "" : "<div class=\"charts\">\n" + figures + "</div>\n";
}

Chart score_chart(const sweep::Plan& plan, const std::string& name, const std::string& title,
                  const std::string& caption) {
  Chart chart{.name = name,
              .title = title,
              .x_label = plan.axes[0].name,
              .y_label = title,
              .caption = caption};
  for (const sweep::Level& level : plan.axes[0].levels) chart.categories.push_back(level.label);
  return chart;
}

}  // namespace

std::string score_figures(const sweep::Plan& plan, const sweep::Results& results) {
  const std::string seeds = " Error bars: standard deviation over " + std::to_string(plan.seeds) +
                            (plan.seeds == 1 ? " seed." : " seeds.");
  Chart score = score_chart(plan, "score", results.score + " of the last samples",
                            "Higher is better." + seeds);
  Chart distance = score_chart(plan, "fid", results.score == "IS" ? "FID" : "proxy-FID",
                               "For the last samples; lower is better." + seeds);
  Chart published =
      score_chart(plan, "published", plan.published_what + " (published)", plan.source);
  published.series = {{.name = "", .color = 6, .markers = true}};
  std::map<std::string, int> curves;
  for (const sweep::SettingResult& setting : results.settings) {
    const std::string name = sweep::label_of({setting.labels.begin() + 1, setting.labels.end()});
    const auto [at, is_new] = curves.try_emplace(name, static_cast<int>(curves.size()));
    if (is_new)
      for (Chart* chart : {&score, &distance})
        chart->series.push_back({.name = name, .color = at->second, .markers = true});
    const int curve = at->second;
    const auto level =
        std::ranges::find(plan.axes[0].levels, setting.labels[0], &sweep::Level::label);
    const auto x = static_cast<double>(level - plan.axes[0].levels.begin());
    const auto add = [&](Chart& chart, const std::optional<sweep::Spread>& value) {
      if (value)
        chart.series[curve].points.push_back({x, value->mean, value->deviation.value_or(0)});
    };
    add(score, setting.values[0]);
    add(distance, setting.values[2]);
    if (setting.published && curve == 0)
      published.series[0].points.push_back({x, *setting.published});
  }
  return in_charts(as_html(score) + as_html(distance) + as_html(published));
}

std::string sample_strips(const Runs& runs) {
  const Runs shown = runs.size() <= 2 ? runs : one_of_each(runs);
  std::string html;
  for (const RunData& run : shown) {
    if (run.grids.empty()) continue;
    html += "<h3>" + escaped(run.name) + "</h3>\n<div class=\"strip\">\n";
    const Extent extent = extent_of(run, shown.size());
    for (const std::size_t i : chosen(run.grids.size(), extent.grids)) {
      const auto& [step, file] = run.grids[i];
      html += "<figure><img alt=\"samples at step " + std::to_string(step) + "\" src=\"" +
              data_uri("image/png",
                       cropped_grid(file, run.image_height, run.image_width, extent.rows)) +
              "\"><figcaption>step " + std::to_string(step) + "</figcaption></figure>\n";
    }
    html += "</div>\n";
  }
  return html;
}

std::string training_curves(const Runs& runs) {
  const std::map<std::string, int> colors = colors_of(runs);
  std::string html;
  for (const Curve& curve : kCurves) {
    Chart chart = chart_of(curve);
    for (const RunData& run : runs) {
      Series series{.name = run.name,
                    .points = points_of(run.log.numbers("step"), run.log.numbers(curve.column)),
                    .color = colors.at(run.group),
                    .legend = run.group};
      if (!series.points.empty()) chart.series.push_back(std::move(series));
    }
    html += as_html(chart);
  }
  return in_charts(html);
}

std::string gradient_curves(const Runs& runs) {
  const std::map<std::string, int> colors = colors_of(runs);
  std::string html;
  for (const char network : {'d', 'g'}) {
    const std::string who = network == 'd' ? "discriminator" : "generator";
    Chart chart{.name = std::string("gradients-") + network,
                .title = "s0/s1 of the gradients, " + who,
                .x_label = "step (generator updates)",
                .y_label = "ratio",
                .caption =
                    "Median over the weights. Values far above 1 mean low-rank updates. The poster "
                    "reports about 30 early and 3 later for the discriminator.",
                .log_y = true};
    for (const RunData& run : runs) {
      Series series{.name = run.name,
                    .points = median_ratios(run.gradients, network),
                    .color = colors.at(run.group),
                    .legend = run.group};
      if (!series.points.empty()) chart.series.push_back(std::move(series));
    }
    html += as_html(chart);
  }
  return in_charts(html);
}

std::string weight_spectra(const Runs& runs) {
  const Runs some = one_of_each(runs);
  const std::map<std::string, int> colors = colors_of(runs);
  std::vector<std::string> layers;
  for (const RunData& run : some)
    for (const analysis::Spectrum& s : run.spectra)
      if (s.values.size() > 1 && std::ranges::find(layers, s.layer) == layers.end())
        layers.push_back(s.layer);
  std::string html;
  for (const std::string& layer : layers) {
    Chart chart{.name = "spectrum-" + layer,
                .title = "Singular values, layer " + layer,
                .x_label = "index / number of values",
                .y_label = "s / s0",
                .caption =
                    "Singular values of the reshaped kernel, divided by the largest. A curve that "
                    "drops at once passes few directions: spectral collapse.",
                .from_zero = true};
    for (const RunData& run : some)
      for (const analysis::Spectrum& s : run.spectra) {
        if (s.layer != layer || s.values.size() < 2 || !(s.values[0] > 0)) continue;
        Series series{.name = run.group.empty() ? run.name : run.group,
                      .color = colors.at(run.group)};
        for (std::size_t i = 0; i < s.values.size(); ++i)
          series.points.push_back(
              {static_cast<double>(i) / static_cast<double>(s.values.size() - 1),
               s.values[i] / s.values[0]});
        chart.series.push_back(std::move(series));
      }
    html += as_html(chart);
  }
  return in_charts(html);
}

std::string audit_bars(const Runs& runs) {
  std::string html;
  for (const RunData& run : one_of_each(runs)) {
    if (run.audits.rows.empty()) continue;
    run::RunTable last{.columns = run.audits.columns, .rows = last_audit(run.audits)};
    Chart chart{.name = "audit-" + run.name,
                .title = run.group.empty() ? run.name : run.group,
                .x_label = "layer",
                .y_label = "norm",
                .caption =
                    "Claimed: the constraint's k; audited: the norm of the convolution after 200 "
                    "power iterations; certified: an upper bound. An audited bar above the claimed "
                    "one is a broken promise.",
                .categories = last.texts("weight"),
                .bars = true};
    int color = 0;
    for (const auto& [column, title] :
         {std::pair("k", "claimed"), {"audited", "audited"}, {"certified", "certified"}}) {
      Series series{.name = title, .color = color++};
      const Numbers values = last.numbers(column);
      for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) series.points.push_back({static_cast<double>(i), *values[i]});
      chart.series.push_back(std::move(series));
    }
    html += as_html(chart);
  }
  return in_charts(html);
}

std::string audit_tables(const Runs& runs) {
  std::string html;
  for (const RunData& run : one_of_each(runs)) {
    if (run.audits.rows.empty()) continue;
    std::vector<std::vector<std::string>> rows = {run.audits.columns};
    for (const auto& row : last_audit(run.audits)) rows.push_back(row);
    for (auto& row : rows) row.erase(row.begin());  // the step
    html += "<details><summary>" + escaped(run.name) + ", step " +
            escaped(run.audits.rows.back().front()) + "</summary>\n" + html_table(rows, 1) +
            "</details>\n";
  }
  return html;
}

}  // namespace gan::report
