// Plans as JSON: experiment files, and the sweep.json of a sweep's folder.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/check.h"
#include "engine/choices.h"
#include "gan/sweep/plan.h"

namespace gan::sweep {
namespace {

using engine::check;
using engine::fail;
using Json = nlohmann::ordered_json;

const std::vector<std::string> kKeys = {"name", "scale", "title", "source",  "preset",    "set",
                                        "vary", "seeds", "steps", "minutes", "published", "scales"};

// "line 3, column 7" of a byte.
std::string place(const std::string& text, std::size_t byte) {
  const std::string before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - start + 1);
}

// Of a duplicate key only one would be read, silently.
Json parse(const std::string& text, const std::string& path) {
  std::vector<std::vector<std::string>> open;
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key) {
      const std::string key = value.get<std::string>();
      check(std::ranges::find(open.back(), key) == open.back().end(), path, ": '", key,
            "' occurs twice");
      open.back().push_back(key);
    }
    return true;
  };
  try {
    return Json::parse(text, watch, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  } catch (const Json::parse_error& error) {
    fail(path, ": ", place(text, error.byte),
         ": is not JSON; look there for a missing or extra comma, quote or bracket");
  } catch (const Json::exception&) {
    fail(path, ": holds a number that is too large");
  }
}

// Reads a file key by key; errors name the file.
class Reader {
 public:
  Reader(const Json& json, std::string where, bool is_scale)
      : json_(json), where_(std::move(where)) {
    check(json.is_object(), where_, ": is not an object { ... }");
    for (const auto& entry : json.items()) {
      const bool known = std::ranges::find(kKeys, entry.key()) != kKeys.end();
      check(known && !(is_scale && entry.key() == "scales"), where_, ": unknown key '", entry.key(),
            "'; use ", engine::alternatives(kKeys));
    }
  }

  void text(const char* key, std::string& value) const {
    if (!json_.contains(key)) return;
    check(json_[key].is_string(), where_, ": '", key, "' is not a string \"...\"");
    value = json_[key].get<std::string>();
  }

  std::optional<Index> whole(const char* key) const {
    if (!json_.contains(key)) return std::nullopt;
    check(json_[key].is_number_integer() && json_[key].get<double>() >= 1 &&
              json_[key].get<double>() <= 1e12,
          where_, ": '", key, "' is not an integer from 1 up");
    return json_[key].get<Index>();
  }

  std::optional<double> positive(const char* key) const {
    if (!json_.contains(key)) return std::nullopt;
    check(json_[key].is_number() && json_[key].get<double>() > 0, where_, ": '", key,
          "' is not a number greater than 0");
    return json_[key].get<double>();
  }

  std::vector<std::string> assignments(const Json& list, const std::string& key) const {
    check(list.is_array(), where_, ": '", key, "' is not a list [\"key=value\", ...]");
    std::vector<std::string> all;
    for (const Json& item : list) {
      check(item.is_string() && item.get<std::string>().find('=') != std::string::npos, where_,
            ": '", key, "': ", item.dump(), " is not of the form \"key=value\"");
      all.push_back(item.get<std::string>());
    }
    return all;
  }
  std::vector<std::string> set() const {
    return json_.contains("set") ? assignments(json_["set"], "set") : std::vector<std::string>();
  }

  std::vector<Axis> axes() const {
    const Json& vary = json_["vary"];
    check(vary.is_object() && !vary.empty(), where_,
          ": 'vary' is not an object {\"key\": [values, ...]}");
    std::vector<Axis> all;
    for (const auto& entry : vary.items()) all.push_back(axis(entry.key(), entry.value()));
    return all;
  }

  void published(Plan& plan) const {
    if (!json_.contains("published")) return;
    const Json& said = json_["published"];
    const bool fits = said.is_object() && said.size() == 2 && said.contains("what") &&
                      said["what"].is_string() && said.contains("values") &&
                      said["values"].is_object();
    check(fits, where_, ": 'published' is not {\"what\": \"...\", \"values\": {...}}");
    plan.published_what = said["what"].get<std::string>();
    plan.published.clear();
    for (const auto& entry : said["values"].items()) {
      check(entry.value().is_number(), where_, ": 'published': '", entry.key(),
            "': ", entry.value().dump(), " is not a number");
      plan.published[entry.key()] = entry.value().get<double>();
    }
  }

  bool has(const char* key) const { return json_.contains(key); }

 private:
  Axis axis(const std::string& name, const Json& levels) const {
    const std::string what = "vary." + name;
    check((levels.is_array() || levels.is_object()) && !levels.empty(), where_, ": '", what,
          "' is neither a list of values nor an object of lists");
    Axis axis{.name = name, .levels = {}};
    for (const auto& level : levels.items()) {
      const Json& value = level.value();
      if (levels.is_object()) {
        axis.levels.push_back({level.key(), assignments(value, what + "." + level.key())});
        continue;
      }
      check(value.is_string() || value.is_number() || value.is_boolean(), where_, ": '", what,
            "': ", value.dump(), " is not a value");
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      axis.levels.push_back({text, {name + "=" + text}});
    }
    return axis;
  }

  const Json& json_;
  std::string where_;
};

void read_into(Plan& plan, const Reader& from) {
  from.text("name", plan.name);
  from.text("scale", plan.scale);
  from.text("title", plan.title);
  from.text("source", plan.source);
  from.text("preset", plan.preset);
  for (std::string& assignment : from.set()) plan.assignments.push_back(std::move(assignment));
  if (from.has("vary")) plan.axes = from.axes();
  if (const auto seeds = from.whole("seeds")) plan.seeds = *seeds;
  if (const auto steps = from.whole("steps")) plan.steps = steps;
  if (const auto minutes = from.positive("minutes")) plan.minutes = *minutes;
  from.published(plan);
}

}  // namespace

std::vector<std::string> scales_of(const std::string& text, const std::string& path) {
  const Json json = parse(text, path);
  std::vector<std::string> names;
  if (!json.is_object() || !json.contains("scales")) return names;
  check(json["scales"].is_object(), path, ": 'scales' is not an object {\"name\": {...}}");
  for (const auto& entry : json["scales"].items()) names.push_back(entry.key());
  return names;
}

Plan read_plan(const std::string& text, const std::string& path, const std::string& scale) {
  const Json json = parse(text, path);
  Plan plan;
  read_into(plan, Reader(json, path, false));
  if (!scale.empty()) {
    const std::vector<std::string> known = scales_of(text, path);
    check(!known.empty(), path, ": has no scales; omit --scale");
    check(std::ranges::find(known, scale) != known.end(), path, ": has no scale '", scale,
          "'; use ", engine::alternatives(known));
    read_into(plan, Reader(json["scales"][scale], path + ": scale " + scale, true));
    plan.scale = scale;
  }
  check(!plan.axes.empty(), path, ": nothing varies; add \"vary\": {\"key\": [values, ...]}");
  return plan;
}

std::string to_json(const Plan& plan) {
  Json json;
  for (const auto& [key, value] : {std::pair("name", &plan.name),
                                   {"scale", &plan.scale},
                                   {"title", &plan.title},
                                   {"source", &plan.source},
                                   {"preset", &plan.preset}})
    if (!value->empty()) json[key] = *value;
  json["set"] = plan.assignments;
  for (const Axis& axis : plan.axes)
    for (const Level& level : axis.levels) json["vary"][axis.name][level.label] = level.assignments;
  json["seeds"] = plan.seeds;
  if (plan.steps) json["steps"] = *plan.steps;
  if (plan.minutes < std::numeric_limits<double>::infinity()) json["minutes"] = plan.minutes;
  if (!plan.published.empty()) {
    Json values = Json::object();
    for (const auto& [label, value] : plan.published) values[label] = value;
    json["published"] = {{"what", plan.published_what}, {"values", values}};
  }
  return json.dump(2) + "\n";
}

}  // namespace gan::sweep
