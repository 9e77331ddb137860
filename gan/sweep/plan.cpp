#include "gan/sweep/plan.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>

#include "engine/check.h"
#include "gan/training/presets.h"

namespace gan::sweep {
namespace {

using engine::check;
using engine::fail;
using training::Config;

// Characters that need no quotes in a shell.
std::string file_name(const std::string& label) {
  std::string name;
  for (const char c : label) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  constexpr std::size_t most = 60;
  return name.substr(0, most);
}

std::string two_digits(std::size_t number) {
  const std::string text = std::to_string(number);
  return text.size() < 2 ? "0" + text : text;
}

bool sets(const std::string& assignment, const char* key) {
  return assignment.starts_with(std::string(key) + "=");
}

// A score and an audit at about ten steps, including the last, unless the plan sets them.
void choose_measurements(const Plan& plan, const std::vector<std::string>& assignments,
                         Config& config) {
  const Index steps = config.steps;
  Index every = steps;
  for (Index parts = 1; parts <= 12; ++parts)
    if (steps % parts == 0) every = steps / parts;
  const bool timed = plan.minutes < std::numeric_limits<double>::infinity();
  if (timed) every = std::min<Index>(every, 100);  // wherever the time limit falls
  const auto given = [&](const char* key) {
    return std::ranges::any_of(assignments, [&](const std::string& a) { return sets(a, key); });
  };
  if (!given("score_every")) config.score_every = every;
  if (!given("log_every"))
    config.log_every =
        std::gcd(config.log_every, given("score_every") ? config.score_every : every);
  if (!given("audit_every")) config.audit_every = timed ? config.score_every : every;
  if (!given("sample_every")) config.sample_every = every;
  if (!given("checkpoint_every")) config.checkpoint_every = every;
}

Config config_of(const Plan& plan, const std::vector<std::string>& varied, std::uint64_t seed) {
  std::vector<std::string> all = plan.assignments;
  all.insert(all.end(), varied.begin(), varied.end());
  std::string preset = plan.preset.empty() ? training::kDefaultPreset : plan.preset;
  for (const std::string& assignment : all)
    if (sets(assignment, "preset")) preset = assignment.substr(assignment.find('=') + 1);
  Config config = training::find_preset(preset).config();
  for (const std::string& assignment : all)
    if (!sets(assignment, "preset")) training::set(config, assignment);
  if (plan.steps) config.steps = *plan.steps;
  config.seed = seed;
  choose_measurements(plan, all, config);
  training::make_paths_absolute(config);
  validate(config);
  return config;
}

// All combinations of levels, the last axis fastest.
std::vector<std::vector<const Level*>> grid(const Plan& plan) {
  std::vector<std::vector<const Level*>> settings = {{}};
  for (const Axis& axis : plan.axes) {
    std::vector<std::vector<const Level*>> longer;
    for (const auto& setting : settings)
      for (const Level& level : axis.levels) {
        longer.push_back(setting);
        longer.back().push_back(&level);
      }
    settings = std::move(longer);
    check(std::ssize(settings) <= kMostCells, "the grid has more than ", kMostCells,
          " settings; vary fewer");
  }
  return settings;
}

}  // namespace

Axis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  check(equals != std::string::npos && equals > 0, "--vary ", text,
        ": write KEY=V1,V2,..., such as n_dis=1,5");
  Axis axis{.name = text.substr(0, equals), .levels = {}};
  int depth = 0;
  std::string value;
  const auto end_value = [&] {
    check(!value.empty(), "--vary ", text, ": has an empty value");
    axis.levels.push_back({value, {axis.name + "=" + value}});
    value.clear();
  };
  for (const char c : text.substr(equals + 1)) {
    depth += (c == '(') - (c == ')');
    check(depth >= 0, "--vary ", text, ": unmatched )");
    if (c == ',' && depth == 0)
      end_value();
    else
      value += c;
  }
  check(depth == 0, "--vary ", text, ": unclosed (");
  end_value();
  return axis;
}

std::vector<Cell> cells(const Plan& plan) {
  check(!plan.axes.empty(), "nothing varies; name an experiment, or pass --vary 'KEY=V1,V2,...'");
  std::set<std::string> axes;
  for (const Axis& axis : plan.axes) {
    check(axes.insert(axis.name).second, "--vary ", axis.name, ": is given twice");
    check(axis.name != "seed", "--vary seed: use --seeds instead");
    check(axis.name != "steps" || !plan.steps, "--vary steps: omit --steps");
    std::set<std::string> labels;
    for (const Level& level : axis.levels)
      check(labels.insert(level.label).second, "--vary ", axis.name, ": ", level.label,
            " is given twice");
  }
  const auto settings = grid(plan);
  check(plan.seeds >= 1 && std::ssize(settings) * plan.seeds <= kMostCells, "--seeds ", plan.seeds,
        ": gives ", std::ssize(settings) * plan.seeds, " cells; use 1 to ", kMostCells,
        " in total");
  std::vector<Cell> all;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    std::vector<std::string> labels, assignments;
    for (const Level* level : settings[i]) {
      labels.push_back(level->label);
      assignments.insert(assignments.end(), level->assignments.begin(), level->assignments.end());
    }
    const std::string stem = two_digits(i + 1) + "-" + file_name(label_of(labels)) + "-seed";
    for (Index seed = 0; seed < plan.seeds; ++seed) try {
        const auto number = static_cast<std::uint64_t>(seed);
        all.push_back({.folder = stem + std::to_string(seed),
                       .setting = i,
                       .labels = labels,
                       .seed = number,
                       .config = config_of(plan, assignments, number)});
      } catch (const engine::Error& error) {
        fail(label_of(labels), ": ", error.what());
      }
  }
  return all;
}

std::string label_of(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) text += (text.empty() ? "" : ", ") + label;
  return text;
}

std::optional<double> published(const Plan& plan, const std::vector<std::string>& labels) {
  if (const auto whole = plan.published.find(label_of(labels)); whole != plan.published.end())
    return whole->second;
  for (const std::string& label : labels)
    if (const auto part = plan.published.find(label); part != plan.published.end())
      return part->second;
  return std::nullopt;
}

}  // namespace gan::sweep
