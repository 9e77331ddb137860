// The bench as a table and as JSON.
#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "gan/console/printable.h"
#include "tools/wasserstein/bench.h"

namespace wasserstein {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kName = 13, kColumn = 16;

// THE list of what is said about a critic: title in the table, key in JSON, value, digits. A new
// figure is one line here.
struct Column {
  const char *title, *key;
  std::function<double(const Measured&)> value;
  int digits;
  double PublishedRow::*published;  // null: nobody published it
};

std::span<const Column> columns() {
  static const Column all[] = {
      {"cos", "cos", [](const Measured& m) { return m.cos; }, 4, &PublishedRow::cos},
      {"l2", "l2", [](const Measured& m) { return m.l2; }, 4, &PublishedRow::l2},
      {"w1", "w1", [](const Measured& m) { return m.w1.mean; }, 4, &PublishedRow::w1},
      {"w1/bound", "lower_bound", [](const Measured& m) { return m.w1.mean / m.bound; }, 4,
       nullptr},
      {"steepest", "steepest", [](const Measured& m) { return m.steepest; }, 3, nullptr},
      {"seconds", "seconds", [](const Measured& m) { return m.seconds; }, 1, nullptr},
  };
  return all;
}

double bound_of(const CriticResult& result) {
  double largest = 0;
  for (const Measured& m : result.runs) largest = std::max(largest, m.bound);
  return largest;
}

// "0.9123 +- 0.0021"; the deviation only where there are several seeds.
std::string shown(const Spread& spread, int digits, bool several) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << spread.mean;
  if (several) text << " +- " << spread.std;
  return text.str();
}

std::string bound_text(double bound) {
  std::ostringstream text;
  text << std::setprecision(7) << bound;
  return text.str();
}

// What repeats a row.
std::string settings_of(const CriticResult& result) {
  const layers::AdamOptions& adam = result.adam;
  std::ostringstream text;
  text << result.critic.what << "; width " << result.size.width;
  if (result.critic.depth > 0) text << ", depth " << result.size.depth;
  text << "; Adam " << adam.lr << " (" << adam.beta1 << ", " << adam.beta2 << ")"
       << (result.critic.decays ? ", decaying to 0" : "");
  if (!result.critic.published.empty()) text << "; published as " << result.critic.published;
  return gan::console::printable(text.str());
}

std::string source_of(const BenchOptions& options) {
  return options.pair.empty() ? "random, seed " + std::to_string(options.pair_seed) : options.pair;
}

}  // namespace

std::string as_text(const BenchResult& result, const BenchOptions& options) {
  std::ostringstream out;
  const TrainingOptions& training = options.training;
  out << "pair      " << gan::console::printable(source_of(options)) << ": "
      << result.pair.dimension() << " dimensions, " << result.pair.funnels() << " funnels\n"
      << std::fixed << std::setprecision(4) << "truth     W1 = " << result.truth.mean << " +- "
      << result.truth.error << " (standard error, " << kTruthSamples << " samples)\n"
      << "training  " << training.iterations << " iterations of batch " << training.batch
      << "; seeds from " << training.seed << " on: " << options.seeds << "\n\n"
      << std::left << std::setw(kName) << "critic" << std::right;
  const bool several = options.seeds > 1;
  const int column = several ? kColumn + 6 : kColumn - 4;
  for (const Column& c : columns()) out << std::setw(column) << c.title;
  out << std::setw(kColumn) << "bound" << std::setw(kColumn) << "parameters" << '\n';
  for (const CriticResult& each : result.critics) {
    out << std::left << std::setw(kName) << each.critic.name << std::right;
    for (const Column& c : columns())
      out << std::setw(column) << shown(over_seeds(each, c.value), c.digits, several);
    out << std::setw(kColumn) << bound_text(bound_of(each)) << std::setw(kColumn)
        << each.runs.front().parameters << '\n';
  }
  if (!result.published.empty())
    out << "\npublished for their pair of this dimension and number of funnels\n";
  for (const PublishedRow& row : result.published) {
    out << std::left << std::setw(kName) << row.name << std::right;
    for (const Column& c : columns())
      if (c.published) out << std::setw(column) << row.*c.published;
    out << '\n';
  }
  out << "\nsettings\n" << std::defaultfloat;
  for (const CriticResult& each : result.critics)
    out << std::left << std::setw(kName) << each.critic.name << settings_of(each) << '\n';
  out << "\ncos, l2: the critic's gradient against the best critic's; bound: certified; w1/bound "
         "never exceeds W1\n";
  return out.str();
}

std::string as_json(const BenchResult& result, const BenchOptions& options) {
  const TrainingOptions& training = options.training;
  Json json;
  json["pair"] = {{"source", source_of(options)},
                  {"dimension", result.pair.dimension()},
                  {"funnels", result.pair.funnels()}};
  json["truth"] = {
      {"w1", result.truth.mean}, {"error", result.truth.error}, {"samples", kTruthSamples}};
  json["training"] = {{"iterations", training.iterations},
                      {"batch", training.batch},
                      {"seed", training.seed},
                      {"seeds", options.seeds}};
  json["critics"] = Json::array();
  for (const CriticResult& each : result.critics) {
    Json row = {{"name", each.critic.name}};
    for (const Column& c : columns()) {
      const Spread spread = over_seeds(each, c.value);
      row[c.key] = {{"mean", spread.mean}, {"std", spread.std}};
    }
    row["bound"] = bound_of(each);
    row["certified"] = each.certified();
    row["parameters"] = each.runs.front().parameters;
    row["settings"] = settings_of(each);
    json["critics"].push_back(row);
  }
  json["published"] = Json::array();
  for (const PublishedRow& row : result.published)
    json["published"].push_back(
        {{"name", row.name}, {"cos", row.cos}, {"l2", row.l2}, {"w1", row.w1}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wasserstein
