#include "tools/inception_score/score.h"

#include <cstdio>
#include <filesystem>
#include <map>

#include "engine/check.h"
#include "engine/device.h"
#include "gan/metrics/frechet_distance.h"
#include "gan/metrics/inception_score.h"
#include "gan/metrics/kernel_distance.h"
#include "gan/metrics/statistics_file.h"
#include "tools/inception_score/extract.h"

namespace inception_score {
namespace {

using namespace gan::metrics;
using engine::check;

constexpr Index kEnoughForScore = 50'000, kEnoughForFid = 2'048;

void warn(const std::string& text) { std::fprintf(stderr, "warning: %s\n", text.c_str()); }

std::string describe(const Classifier& network) {
  const Survey& found = network.found();
  if (found.is_inception()) return "Inception-v3";
  return "not Inception-v3: " + std::to_string(found.convolutions) + " convolutions with " +
         std::to_string(found.kernel_weights) + " weights";
}

bool is_statistics(const std::string& spec) {
  if (!spec.ends_with(".npz") || !std::filesystem::is_regular_file(spec)) return false;
  const Npz file(spec);
  return file.has("mu") || file.has("sigma");
}

// The images of one spec and what the network says about them, each computed once.
class Sets {
 public:
  Sets(const Classifier& network, const Options& options) : network_(network), options_(options) {}

  const ImageSet& images(const std::string& spec) {
    auto found = sets_.find(spec);
    if (found == sets_.end()) {
      Options options = options_;
      // --count is about --images; of other runs it says how many to draw.
      if (spec != options.images && !spec.starts_with("run:")) options.count.reset();
      found = sets_.emplace(spec, open_images(spec, options)).first;
      for (const std::string& note : found->second.images->notes()) warn(note);
    }
    return found->second;
  }
  const Extracted& extracted(const std::string& spec) {
    auto found = extracted_.find(spec);
    if (found == extracted_.end())
      found = extracted_.emplace(spec, extract(network_, images(spec), options_)).first;
    return found->second;
  }
  Reference reference(const std::string& spec) {
    const ImageSet& set = images(spec);
    return {spec, set.sha256, set.selection, set.images->size()};
  }

 private:
  const Classifier& network_;
  const Options& options_;
  std::map<std::string, ImageSet> sets_;
  std::map<std::string, Extracted> extracted_;
};

// What is known to fail is said before the network runs for an hour.
void check_sizes(Sets& sets, const Options& options, bool scored) {
  const ImageSet& set = sets.images(options.images);
  const Index n = set.images->size();
  if (scored) {
    check(n >= options.splits, options.images, ": has ", n, " images, fewer than the ",
          options.splits, " splits; give more images or --splits ", n);
    if (n < kEnoughForScore)
      warn("an Inception Score of " + std::to_string(n) +
           " images is lower than one of 50,000, the usual number");
    if (!options.shuffle && set.sorted)
      warn(options.images + ": the images are in the order of their classes, so that each split " +
           "sees a few of them only; leave out --shuffle no");
  }
  const auto enough = [&](const std::string& spec) {
    const Index images = sets.images(spec).images->size();
    if (images < kEnoughForFid)
      warn(spec + ": " + std::to_string(images) +
           " images are fewer than 2,048: their FID is too large, and compares only with others "
           "of as many");
    check(images >= 2, spec, ": has one image; FID needs two at least");
  };
  if (!options.fid.empty() || !options.save_stats.empty()) enough(options.images);
  if (!options.fid.empty() && options.fid != options.images && !is_statistics(options.fid))
    enough(options.fid);
  for (const std::string& spec : {options.images, options.kid})
    if (!options.kid.empty())
      check(sets.images(spec).images->size() >= options.kid_size, spec, ": has ",
            sets.images(spec).images->size(), " images, fewer than a subset of ", options.kid_size,
            " for KID; give --kid-subset-size");
  for (const std::string& spec : {options.images, options.pr})
    if (!options.pr.empty())
      check(sets.images(spec).images->size() > options.neighbours, spec, ": has ",
            sets.images(spec).images->size(), " images; --pr needs more than --neighbours");
}

void describe_protocol(Report& report, const Classifier& network, const ImageSet& set,
                       const Options& options) {
  report.graph = options.graph;
  report.graph_sha256 = network.sha256();
  report.network = describe(network);
  report.name = network.name();
  report.inception = network.found().is_inception();
  report.ours = network.ours();
  report.bias = network.bias();
  report.features = network.features();
  report.logits = network.logits();
  report.network_resize = network.preprocessing();
  report.range = name_of(network.found().range);
  report.images = options.images;
  report.images_sha256 = set.sha256;
  report.selection = set.selection;
  report.image_resize = set.resize;
  report.count = set.images->size();
  report.height = set.images->height();
  report.width = set.images->width();
}

void compare(Report& report, Sets& sets, const Options& options) {
  const Extracted& made = sets.extracted(options.images);
  std::optional<FeatureStatistics> statistics;
  if (!options.fid.empty() || !options.save_stats.empty())
    statistics = statistics_of(made.features);
  if (!options.save_stats.empty()) write_statistics(options.save_stats, *statistics);
  if (!options.fid.empty()) {
    const bool ready = is_statistics(options.fid);
    report.fid =
        frechet_distance(*statistics, ready ? read_statistics(options.fid)
                                            : statistics_of(sets.extracted(options.fid).features));
    report.fid_reference = ready ? Reference{options.fid} : sets.reference(options.fid);
  }
  if (!options.kid.empty()) {
    report.kid = kernel_distance(made.features, sets.extracted(options.kid).features,
                                 {.subsets = options.kid_subsets, .size = options.kid_size});
    report.kid_reference = sets.reference(options.kid);
  }
  if (!options.pr.empty()) {
    report.pr =
        precision_recall(made.features, sets.extracted(options.pr).features, options.neighbours);
    report.pr_reference = sets.reference(options.pr);
  }
}

}  // namespace

std::string Report::score_name() const {
  return inception && !ours ? "Inception Score" : "proxy-IS(" + name + ")";
}

Report score(const Options& options) {
  engine::Device::named(options.device).use();
  engine::set_precision(engine::precision_named(options.precision));
  const Classifier network(options.graph, options.classifier);
  const bool compared = !options.fid.empty() || !options.kid.empty() || !options.pr.empty() ||
                        !options.save_stats.empty();
  const bool scored = !network.logits().empty();
  check(scored || compared, options.graph,
        ": has no logits to score with; name them with --logits, or ask for --fid");
  check(!compared || !network.features().empty(), options.graph,
        ": has no features to compare; name them with --features");
  if (!options.fid.empty() && is_statistics(options.fid)) read_statistics(options.fid);
  const auto folder = std::filesystem::path(options.save_stats).parent_path();
  check(folder.empty() || std::filesystem::is_directory(folder), options.save_stats,
        ": cannot be written: there is no such folder");

  Sets sets(network, options);
  check_sizes(sets, options, scored);
  Report report;
  describe_protocol(report, network, sets.images(options.images), options);
  if (!report.inception && scored)
    warn(options.graph + ": is " + report.network + ", so its scores are no Inception Scores");

  const Extracted& made = sets.extracted(options.images);
  report.classes = made.logits.columns;
  report.feature_count = made.features.columns;
  if (report.inception && scored && report.classes != 1008)
    warn(options.graph + ": has " + std::to_string(report.classes) +
         " classes, where the network " +
         "of 2015 has 1008: other weights give other scores (torchvision's 9.7 for 11.2)");
  if (scored)
    report.score = gan::metrics::inception_score(
        made.logits, {.splits = options.splits, .shuffle = options.shuffle});
  compare(report, sets, options);
  return report;
}

}  // namespace inception_score
