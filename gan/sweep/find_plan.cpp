#include <algorithm>
#include <filesystem>

#include "engine/choices.h"
#include "engine/file.h"
#include "gan/sweep/experiments.h"

namespace gan::sweep {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 20;  // anything far larger is not an experiment

Plan read_at_scale(const std::string& text, const std::string& path, std::string scale) {
  const std::vector<std::string> known = scales_of(text, path);
  if (scale.empty() && !known.empty()) scale = known.front();
  return read_plan(text, path, scale);
}

}  // namespace

Plan find_plan(const std::string& name, const std::string& scale) {
  const auto known = std::ranges::find(experiments(), name, &Experiment::name);
  const bool ours = known != experiments().end();
  engine::check(ours || std::filesystem::exists(name), "unknown experiment '", name, "'; use ",
                engine::alternatives(engine::names_of(experiments())), ", or your own file");
  Plan plan = read_at_scale(ours ? known->text : engine::read_file(name, kMostBytes), name, scale);
  if (plan.name.empty()) plan.name = std::filesystem::path(name).stem().string();
  if (plan.title.empty()) plan.title = plan.name;
  return plan;
}

}  // namespace gan::sweep
