#include "tools/inception_score/sets.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/check.h"
#include "engine/collective.h"
#include "engine/file.h"
#include "gan/console/printable.h"
#include "gan/metrics/features_file.h"
#include "gan/metrics/sha256.h"
#include "gan/metrics/statistics_file.h"
#include "tools/inception_score/extract.h"

namespace inception_score {
namespace {

using namespace gan::metrics;

ScoredSet features_in(const std::string& spec) {
  FeatureFile file = read_features(spec);
  ScoredSet set{.info = {.spec = spec,
                         .sha256 = Sha256::of(engine::read_file(spec)),
                         .selection = "all",
                         .contents = "features"},
                .data = {std::move(file.features), std::move(file.logits)},
                .labels = std::move(file.labels),
                .class_names = std::move(file.class_names)};
  set.info.count = set.data.rows();
  set.info.sorted = !set.labels.empty() && std::ranges::is_sorted(set.labels) &&
                    set.labels.front() != set.labels.back();
  engine::check(set.info.count > 0, spec, ": holds no rows");
  try {
    if (!file.network.empty()) set.network = NetworkInfo::from_json(file.network);
  } catch (const engine::Error& error) {
    engine::fail(spec, ": ", error.what());
  }
  if (!set.network.known()) set.network.name = std::filesystem::path(spec).stem().string();
  return set;
}

}  // namespace

void warn(const std::string& text) {
  if (engine::processes().rank() == 0) gan::console::note("warning: " + text);
}

bool is_numbers(const std::string& spec) {
  return std::filesystem::is_regular_file(spec) && contents_of(spec) != Contents::images;
}

void Sets::open_images_of(Entry& entry) {
  const std::string spec = entry.set.info.spec;
  Options options = options_;
  // --count is about --images; of other runs it says how many to draw.
  if (std::ranges::find(options.images, spec) == options.images.end() && !spec.starts_with("run:"))
    options.count.reset();
  if (const Index height = network_->found().height; height > 0)
    options.resize_advice = static_cast<int>(height);
  entry.images = std::make_unique<ImageSet>(open_images(spec, options));
  const ImageSet& images = *entry.images;
  for (const std::string& note : images.notes) warn(note);
  entry.set.info = {.spec = spec,
                    .sha256 = images.sha256,
                    .selection = images.selection,
                    .extents = images.extents(),
                    .resize = images.resize,
                    .count = images.size(),
                    .sorted = images.sorted};
  entry.set.network = describe(*network_, options_);
  entry.set.labels = images.labels;
  entry.set.class_names = images.class_names;
}

Sets::Entry& Sets::entry(const std::string& spec) {
  const auto found = sets_.find(spec);
  if (found != sets_.end()) return found->second;
  const bool file = std::filesystem::is_regular_file(spec);
  const Contents contents = file ? contents_of(spec) : Contents::images;
  Entry entry;
  entry.ready = contents != Contents::images;
  if (contents == Contents::images) {
    entry.set.info.spec = spec;
    open_images_of(entry);
  } else if (contents == Contents::features) {
    entry.set = features_in(spec);
  } else {
    entry.set.info = {.spec = spec, .contents = "statistics"};
    entry.set.data.statistics = read_statistics(spec);
  }
  return sets_.emplace(spec, std::move(entry)).first->second;
}

const ScoredSet& Sets::open(const std::string& spec) { return entry(spec).set; }

const ScoredSet& Sets::get(const std::string& spec, bool statistics) {
  Entry& found = entry(spec);
  if (!found.ready) {
    Extracted extracted = extract(*network_, *found.images, options_);
    found.set.data.features = std::move(extracted.features);
    found.set.data.logits = std::move(extracted.logits);
    found.images.reset();
    found.ready = true;
  }
  Data& data = found.set.data;
  if (statistics && !data.statistics) data.statistics = statistics_of(data.features);
  return found.set;
}

}  // namespace inception_score
