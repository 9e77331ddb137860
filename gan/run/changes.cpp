#include "gan/run/changes.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/check.h"
#include "engine/file.h"

namespace gan::run {
namespace {

using Json = nlohmann::ordered_json;

// The entries of a record that the checkpoint of this step and these settings knows of.
Json entries_before(const std::string& path, Index step, const training::Config& settings) {
  Json kept = Json::array();
  if (!std::filesystem::exists(path)) return kept;
  const Json all = Json::parse(engine::read_file(path), nullptr, /*allow_exceptions=*/false);
  const auto fits = [](const Json& entry) {
    return entry.is_object() && entry.contains("step") && entry["step"].is_number_integer();
  };
  engine::check(all.is_array() && std::ranges::all_of(all, fits), path,
                ": is not a list of changes; it is damaged; move it away and resume again");
  // At its own step: what its settings hold, for a checkpoint may be written again in its place.
  const Json now = Json::parse(to_json(settings));
  for (const Json& entry : all) {
    const std::string key = entry.value("key", "");
    const bool in_effect = now.contains(key) && entry.contains("new") && now[key] == entry["new"];
    if (entry["step"].get<Index>() < step || (entry["step"] == step && in_effect))
      kept.push_back(entry);
  }
  return kept;
}

}  // namespace

std::vector<Change> changes(const training::Config& before, const training::Config& after) {
  const Json old = Json::parse(to_json(before)), all = Json::parse(to_json(after));
  std::vector<Change> found;
  training::Config::settings(
      after, [&](const std::string& key, const auto&, const char*, const char* fixed = nullptr) {
        const Json& now = all[key];
        if (old[key] == now || key == "steps") return;
        engine::check(!fixed, key, " cannot change from ", old[key].dump(), " to ", now.dump(),
                      " on --resume: ", fixed ? fixed : "", "; start a new run");
        found.push_back({key, old[key].dump(), now.dump()});
      });
  return found;
}

void record(const std::string& path, Index step, const training::Config& settings,
            const std::vector<Change>& changes) {
  Json all = entries_before(path, step, settings);
  for (const Change& change : changes)
    all.push_back({{"step", step},
                   {"key", change.key},
                   {"old", Json::parse(change.before)},
                   {"new", Json::parse(change.after)}});
  if (!all.empty() || std::filesystem::exists(path)) engine::write_file(path, all.dump(2) + "\n");
}

}  // namespace gan::run
