#include "gan/training/config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <vector>

#include "datasets/dataset.h"
#include "engine/check.h"
#include "engine/choices.h"
#include "engine/device.h"
#include "gan/console/program_name.h"
#include "gan/console/read_number.h"
#include "gan/models/models.h"
#include "gan/training/augmentations.h"
#include "gan/training/losses.h"

namespace gan::training {
namespace {

using engine::check;
using engine::fail;
using Json = nlohmann::ordered_json;

// The valid names for this key; empty if it takes other values.
std::vector<std::string> choices(std::string_view key) {
  if (key == "data") return datasets::forms();
  if (key == "data.channels") return {"auto", "1", "3"};
  if (key == "data.orientation") return {"ignore", "apply"};
  if (key == "augment") return engine::names_of(augmentations());
  if (key == "model") return engine::names_of(models::all());
  if (key == "loss") return engine::names_of(losses());
  if (key == "clip") return {"none", "d", "g", "both"};
  if (key == "device") return engine::Device::names();
  if (key == "precision" || key == "score_precision") return engine::precision_names();
  return {};
}

void check_choice(const char* key, const std::string& value) {
  const std::vector<std::string> names = choices(key);
  check(std::ranges::find(names, value) != names.end(), key, "=", value, ": must be ",
        engine::alternatives(names));
}

std::vector<std::string> keys() {
  std::vector<std::string> all;
  const Config config;
  Config::fields(config, [&](const char* key, const auto&, const char*) { all.emplace_back(key); });
  return all;
}

// Calls visit(member) for the field of this key; returns whether it exists.
template <class Visit>
bool with_field(Config& config, const std::string& wanted, Visit visit) {
  bool found = false;
  Config::fields(config, [&](const char* key, auto& member, const char*) {
    if (key != wanted) return;
    found = true;
    visit(member);
  });
  return found;
}

// Levenshtein's distance: how many letters to change, add or take away.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest_key(const std::string& wanted) {
  const std::vector<std::string> all = keys();
  return *std::min_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return distance(a, wanted) < distance(b, wanted);
  });
}

template <class Number>
void parse(const std::string& assignment, const std::string& text, Number& number) {
  check(console::read_number(text, number), "--set ", assignment, ": '", text, "' is not a ",
        std::is_integral_v<Number> ? "whole number" : "finite number",
        std::is_unsigned_v<Number> ? " from 0 up" : "");
}

void parse(const std::string&, const std::string& text, std::string& value) { value = text; }

void parse(const std::string& assignment, const std::string& text, Written auto& value) {
  try {
    value = text;
  } catch (const engine::Error& error) {
    fail(assignment.substr(0, assignment.size() - text.size()), error.what());
  }
}

void parse(const std::string& assignment, const std::string& text, bool& value) {
  check(text == "true" || text == "false", "--set ", assignment, ": must be true or false");
  value = text == "true";
}

// A setting as JSON shows it.
template <class Member>
const auto& plain(const Member& member) {
  if constexpr (Written<Member>)
    return member.text();
  else
    return member;
}

// The value under its key, if it is of the member's type.
template <class Member>
void read(const std::string& path, const std::string& key, const Json& value, Member& member) {
  bool fits = value.is_number();
  if constexpr (Written<Member> || std::is_same_v<Member, std::string>) fits = value.is_string();
  if constexpr (std::is_same_v<Member, bool>) fits = value.is_boolean();
  if constexpr (std::is_same_v<Member, Index>) fits = value.is_number_integer();
  if constexpr (std::is_same_v<Member, std::uint64_t>) fits = value.is_number_unsigned();
  check(fits, path, ": '", key, "': ", value.dump(), " has the wrong type");
  if constexpr (!Written<Member>)
    member = value.get<Member>();
  else
    try {
      member = value.get<std::string>();
    } catch (const engine::Error& error) {
      fail(path, ": ", key, "=", error.what());
    }
}

struct Limits {
  Index least, most;
};

// The largest integer: far beyond use, and below overflow or endless runs.
Limits limits(const std::string& key) {
  constexpr Index most = 1'000'000'000'000;
  if (key == "data.resize") return {0, datasets::kLargestResize};
  if (key == "decay_steps" || key == "audit_every" || key == "attention") return {0, most};
  // With one sample, batch norm has no variance to divide by.
  if (key == "batch" || key == "g.batch") return {2, 100'000};
  if (key == "n_dis" || key == "clip.iterations") return {1, 10'000};
  return {1, most};
}

void check_limits(const char* key, Index value) {
  const auto [least, most] = limits(key);
  check(value >= least, key, "=", value, ": must be at least ", least);
  check(value <= most, key, "=", value, ": must be at most ", most);
}

void check_adam(const char* who, const OptimizerSettings& adam) {
  check(adam.lr > 0, who, ".lr=", adam.lr, ": a learning rate must be greater than 0");
  for (const double beta : {adam.beta1, adam.beta2})
    check(beta >= 0 && beta < 1, who, ": Adam's decay rates must be from 0 to below 1, got ", beta);
}

}  // namespace

void set(Config& config, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  check(equals != std::string::npos, "--set ", assignment, ": write key=value, such as g.lr=1e-4");
  const std::string key = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  if (!with_field(config, key, [&](auto& member) { parse(assignment, text, member); }))
    fail("--set ", assignment, ": unknown setting '", key, "'; did you mean '", nearest_key(key),
         "'? ", console::program_name(), " train --help lists them all");
}

layers::SpectralGradientClipping clipping(const Config& config) {
  const auto r = static_cast<engine::Real>(config.clip_r);
  check(r > 1 && std::isfinite(r), "clip.r=", config.clip_r, ": must be above 1, by at least 1e-6");
  check_limits("clip.iterations", config.clip_iterations);
  return {.r = r, .iterations = static_cast<int>(config.clip_iterations)};
}

bool is_utf8(const std::string& text) {
  try {
    Json(text).dump();
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

void validate(const Config& config) {
  find_loss(config.loss);
  find_augmentations(config.augment);
  models::check_options(models::find_model(config.model),
                        {.classes = config.conditional ? 1 : 0, .attention = config.attention});
  engine::precision_named(config.precision);
  if (!config.score_precision.empty()) check_choice("score_precision", config.score_precision);
  check_choice("device", config.device);
  check_choice("data.channels", config.channels);
  check_choice("data.orientation", config.orientation);
  check_adam("g", config.g);
  check_adam("d", config.d);
  check_choice("clip", config.clip);
  clipping(config);
  check(config.ema >= 0 && config.ema < 1, "ema=", config.ema, ": must be at least 0 and below 1");
  Config::fields(config, [](const char* key, const auto& value, const char*) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>)
      check(is_utf8(value), key,
            ": is not text in UTF-8, as config.json is; rename the file or the folder");
    if constexpr (std::is_same_v<Value, Index>) check_limits(key, value);
  });
  check(config.decay_steps == 0 || config.steps <= config.decay_steps, "steps=", config.steps,
        " continue after the learning rates reach 0 at decay_steps=", config.decay_steps,
        ": use fewer steps, or set decay_steps too");
}

void make_paths_absolute(Config& config) {
  const auto from_root = [](const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
  };
  if (datasets::names_folder(config.data)) {
    const std::size_t colon = config.data.find(':');
    config.data = config.data.substr(0, colon + 1) + from_root(config.data.substr(colon + 1));
  }
  config.scorer = from_root(config.scorer);
}

std::string to_json(const Config& config) {
  Json json;
  Config::fields(
      config, [&](const char* key, const auto& value, const char*) { json[key] = plain(value); });
  return json.dump(2) + "\n";
}

Config from_json(const std::string& text, const std::string& path) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  check(json.is_object(), path, ": is damaged: not a JSON object of settings");
  Config config;
  // Runs from before the key read every image folder as RGB.
  if (const auto data = json.find("data"); !json.contains("data.channels") && data != json.end())
    if (data->is_string() && data->get<std::string>().starts_with("images:")) config.channels = "3";
  for (const auto& entry : json.items()) {
    const std::string& key = entry.key();
    if (!with_field(config, key, [&](auto& member) { read(path, key, entry.value(), member); }))
      fail(path, ": unknown setting '", key, "'; did you mean '", nearest_key(key), "'?");
  }
  return config;
}

std::string describe(const Config& config) {
  std::ostringstream text;
  Config::settings(config, [&](const char* key, const auto& value, const char* help,
                               const char* fixed = nullptr) {
    std::ostringstream shown;
    shown << std::boolalpha << value;
    text << (fixed ? "  " : "* ") << std::left << std::setw(18) << key << std::setw(13)
         << shown.str() << "  " << help;
    const std::vector<std::string> names = choices(key);
    text << (names.empty() ? "" : ": ") << engine::alternatives(names) << '\n';
  });
  return text.str();
}

}  // namespace gan::training
