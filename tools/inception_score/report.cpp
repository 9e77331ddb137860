// The report as text and JSON.
#include <algorithm>
#include <cmath>

#include "gan/console/printable.h"
#include "tools/inception_score/protocol.h"

namespace inception_score {
namespace {

using gan::console::printable;
using gan::metrics::Interval;

bool only_value(const Result& result) { return *result.values.front().key == '\0'; }

// --- Text ------------------------------------------------------------------------------------

// "1.5 ± 0.1 [1.4, 1.7]"
std::string text_of(const Result& result, std::size_t i) {
  const Value& value = result.values[i];
  std::string text = as_text(value.value);
  if (value.deviation) text += " ± " + as_text(*value.deviation);
  if (!result.confidence.empty())
    text +=
        " [" + as_text(result.confidence[i].low) + ", " + as_text(result.confidence[i].high) + "]";
  return text;
}

std::string title_of(const Scored& scored, std::size_t i, const NetworkInfo& network) {
  const Value& value = scored.result.values[i];
  if (*value.label != '\0') return value.label;
  return scored.score->compares() ? scored.score->title : printable(network.score_name());
}

// Explanations of a number.
std::string remark(const Scored& scored) {
  const Result& result = scored.result;
  if (result.line)
    return "  (a line of slope " + as_text(result.line->slope) + " over 1/N, R^2 " +
           as_text(result.line->fit) + ", through " + std::to_string(result.line->points.size()) +
           " numbers of images from " + std::to_string(result.line->points.front().images) +
           " to " + std::to_string(result.line->points.back().images) + ")\n";
  if (std::string(scored.score->key) == "kid" && result.values[0].value < 0)
    return "  (an unbiased estimate may be slightly negative for similar sets)\n";
  return "";
}

std::string one_set(const SetReport& set) {
  std::string out;
  for (const Scored& scored : set.rows.front().scores) {
    for (std::size_t i = 0; i < scored.result.values.size(); ++i)
      out += title_of(scored, i, set.network) + ": " + text_of(scored.result, i) + "\n";
    out += remark(scored);
  }
  return out;
}

// Characters, not bytes: ± takes two of these.
std::size_t width_of(const std::string& text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

// Columns as wide as their widest cell; the first row is the head.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      out +=
          row[i] + (i + 1 < row.size() ? std::string(widths[i] + 2 - width_of(row[i]), ' ') : "");
    out += "\n";
  }
  return out;
}

// One row per set and class, one column per value. Sets that lack a score (features without logits)
// have "-" there.
std::string table(const Report& report) {
  std::vector<std::vector<std::string>> rows{{"images"}};
  const auto column = [&](const std::string& title) {
    const auto found = std::ranges::find(rows.front(), title);
    const std::size_t at = found - rows.front().begin();
    if (found == rows.front().end()) rows.front().push_back(title);
    return at;
  };
  for (const SetReport& set : report.sets)
    for (const ReportRow& from : set.rows) {
      std::vector<std::string> cells{
          printable(from.class_name.empty() ? set.set.spec : "  " + from.class_name)};
      for (const Scored& scored : from.scores)
        for (std::size_t i = 0; i < scored.result.values.size(); ++i) {
          const std::size_t at = column(title_of(scored, i, set.network));
          cells.resize(std::max(cells.size(), at + 1), "-");
          cells[at] = text_of(scored.result, i);
        }
      rows.push_back(std::move(cells));
    }
  for (auto& row : rows) row.resize(rows.front().size(), "-");
  return aligned(rows);
}

// --- JSON ------------------------------------------------------------------------------------

Json json_of(const Result& result) {
  if (only_value(result)) {
    const Value& value = result.values.front();
    if (!value.deviation) return value.value;
    return {{"mean", value.value}, {"std", *value.deviation}};
  }
  Json json;
  for (const Value& value : result.values) json[value.key] = value.value;
  if (!result.line) return json;
  json["slope"] = result.line->slope;
  json["r_squared"] = result.line->fit;
  for (const auto& [images, distance] : result.line->points)
    json["points"].push_back({{"images", images}, {"fid", distance}});
  return json;
}

Json json_of(const Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}, {"std_error", interval.deviation}};
}

// The formula of the Inception Score is the same for every network. A train_scorer network never
// gets this name; for others, the JSON says whether they are Inception.
void add_scores(Json& json, const ReportRow& row, const NetworkInfo& network) {
  Json confidence;
  for (const Scored& scored : row.scores) {
    const bool logits = !scored.score->compares();
    const std::string key = logits && network.ours ? "proxy_is" : scored.score->key;
    json[key] = json_of(scored.result);
    if (logits) {
      json[key]["name"] = network.score_name();
      json[key]["is_inception"] = network.inception && !network.ours;
    }
    for (std::size_t i = 0; i < scored.result.confidence.size(); ++i) {
      const Json interval = json_of(scored.result.confidence[i]);
      if (only_value(scored.result))
        confidence[key] = interval;
      else
        confidence[key][scored.result.values[i].key] = interval;
    }
  }
  if (!confidence.is_null()) json["confidence"] = confidence;
}

Json json_of(const SetReport& set, const Report& report, const Options& options) {
  Json json;
  json["protocol"] = protocol_json(set, report, options);
  add_scores(json, set.rows.front(), set.network);
  for (std::size_t i = 1; i < set.rows.size(); ++i)
    add_scores(json["classes"][set.rows[i].class_name], set.rows[i], set.network);
  return json;
}

}  // namespace

std::string as_text(const Report& report, const Options& options) {
  const bool alone = report.sets.size() == 1 && report.sets.front().rows.size() == 1;
  std::string out = alone ? one_set(report.sets.front()) : table(report);
  out += "protocol\n";
  for (const SetReport& set : report.sets) out += images_line(set);
  return out + common_lines(report, options);
}

std::string as_json(const Report& report, const Options& options) {
  Json json;
  if (report.sets.size() == 1)
    json = json_of(report.sets.front(), report, options);
  else
    for (const SetReport& set : report.sets) json["sets"].push_back(json_of(set, report, options));
  // Names of files may be in any encoding.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace inception_score
