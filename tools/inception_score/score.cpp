#include "tools/inception_score/score.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "engine/check.h"
#include "engine/collective.h"
#include "engine/device.h"
#include "gan/metrics/features_file.h"
#include "gan/metrics/statistics_file.h"
#include "tools/inception_score/by_class.h"

namespace inception_score {
namespace {

using namespace gan::metrics;
using engine::check;

constexpr Index kEnoughForScore = 50'000, kEnoughForFid = 2'048;

std::vector<std::string> all_specs(const Options& options) {
  std::vector<std::string> all = options.images;
  for (const auto& [key, spec] : options.references) all.push_back(spec);
  return all;
}

// The spec that a score compares with; "": none, or not requested.
std::string reference_of(const Score& score, const Options& options) {
  const auto found = options.references.find(score.key);
  return found == options.references.end() ? "" : found->second;
}

bool needs_features(const Options& options) {
  return !options.references.empty() || !options.save_stats.empty();
}

void check_output(const std::string& path, const char* option, bool force) {
  if (path.empty()) return;
  const std::filesystem::path file(path);
  check(!std::filesystem::is_directory(file), path, ": is a folder; ", option, " names a file");
  check(force || !std::filesystem::exists(file), path, ": exists; pass ", option,
        " another name, or --force to replace it");
  const auto folder = file.parent_path();
  check(folder.empty() || std::filesystem::is_directory(folder), path,
        ": cannot be written: the folder does not exist");
}

void check_network(const Classifier& network, const Options& options) {
  const bool compared = needs_features(options);
  check(!network.logits().empty() || compared || !options.save_features.empty(), options.graph,
        ": has no logits to score with; name them with --logits, or ask for --fid");
  check(!compared || !network.features().empty(), options.graph,
        ": has no features to compare; name them with --features");
}

// Fewer images than the score needs.
void check_count(const Score& score, const SetInfo& set, const Options& options) {
  const Least least = score.least(set.count, options.scores);
  check(set.count >= least.images, set.spec, ": has ", set.count, " images, which ", least.reason);
}

void check_same_network(const ScoredSet& made, const ScoredSet& reference) {
  check(made.network.agrees(reference.network), made.info.spec, ": its features are '",
        made.network.features, "' of ", made.network.graph, ", those of ", reference.info.spec,
        " are '", reference.network.features, "' of ", reference.network.graph,
        ", or images were resized differently; compare features of one network");
}

// If known: those of images are unknown until the network has run.
void check_columns(const ScoredSet& made, const ScoredSet& reference) {
  const auto columns = [](const Data& data) {
    return data.statistics ? data.statistics->size() : data.features.columns;
  };
  const Index a = columns(made.data), b = columns(reference.data);
  check(a == b || a == 0 || b == 0, made.info.spec, ": has ", a, " features, ", reference.info.spec,
        " has ", b, "; compare features of one network");
}

bool has_logits(const ScoredSet& set, const Classifier* network) {
  return std::string(set.info.contents) == "images" ? !network->logits().empty()
                                                    : set.data.logits.columns > 0;
}

// Reports foreseeable errors before the network runs for an hour.
void check_sets(Sets& sets, const Classifier* network, const Options& options) {
  for (const std::string& spec : options.images) {
    const ScoredSet& set = sets.open(spec);
    check(set.info.count > 0, spec,
          ": holds feature statistics, which only --fid and --fid-infinity compare with");
    for (const Score& score : scores())
      if (!score.compares() && has_logits(set, network)) check_count(score, set.info, options);
    if (!options.save_stats.empty())
      check(set.info.count >= 2, spec, ": has one image; a covariance needs at least two");
  }
  for (const Score& score : scores()) {
    const std::string against = reference_of(score, options);
    if (against.empty()) continue;
    const ScoredSet& reference = sets.open(against);
    check(score.statistics || reference.info.count > 0, against, ": holds feature statistics; ",
          score.option, " needs images or features");
    if (reference.info.count > 0) check_count(score, reference.info, options);
    for (const std::string& spec : options.images) {
      check_count(score, sets.open(spec).info, options);
      check_same_network(sets.open(spec), reference);
      check_columns(sets.open(spec), reference);
    }
  }
}

// Warnings about misleading numbers, given once no error is foreseeable.
void warn_of_protocol(Sets& sets, const Classifier* network, const Options& options) {
  if (network && !network->logits().empty() && !network->found().is_inception())
    warn(options.graph + ": is " + describe(*network, options).network +
         "; its scores are not Inception Scores");
  if (const auto& found = network ? network->found().range : std::nullopt;
      found && !(network->range().range == found->range))
    warn(options.graph + ": takes numbers in " + describe(found->range) + " (" + found->why +
         "), but " + describe(network->range().range) + " is given");
  std::set<std::string> few;  // sets whose FID is requested, one warning each
  for (const std::string& spec : options.images) {
    const ScoredSet& set = sets.open(spec);
    if (!has_logits(set, network)) continue;
    if (set.info.count < kEnoughForScore)
      warn("an Inception Score of " + std::to_string(set.info.count) +
           " images is lower than with the usual 50,000");
    if (!options.scores.shuffle && set.info.sorted)
      warn(spec + ": the images are ordered by class, so each split covers only a few " +
           "of them; omit --shuffle no");
  }
  if (!options.save_stats.empty()) few.insert(options.images.front());
  for (const Score& score : scores())
    if (const std::string against = reference_of(score, options);
        !against.empty() && score.statistics) {
      few.insert(against);
      few.insert(options.images.begin(), options.images.end());
    }
  for (const std::string& spec : few)
    if (const Index count = sets.open(spec).info.count; count > 0 && count < kEnoughForFid)
      warn(spec + ": " + std::to_string(count) +
           " images are fewer than 2,048: the FID is too large, and comparable only with others " +
           "for as many");
}

std::optional<BootstrapOptions> bootstrap_of(const Options& options) {
  if (options.resamples == 0) return std::nullopt;
  return BootstrapOptions{options.resamples, options.confidence, options.scores.rng_seed};
}

ReportRow row_of(const Data& made, const std::string& class_name,
                 const std::map<const Score*, const Data*>& references, const Options& options) {
  ReportRow row{class_name, {}};
  for (const Score& score : scores()) {
    const auto found = references.find(&score);
    if (score.compares() ? found == references.end() : made.logits.columns == 0) continue;
    const Inputs inputs{made, score.compares() ? found->second : nullptr, options.scores};
    row.scores.push_back({&score, compute(score, inputs, bootstrap_of(options))});
  }
  return row;
}

void save(const ScoredSet& set, const Options& options) {
  if (!options.save_features.empty())
    write_features(options.save_features, {.features = set.data.features,
                                           .logits = set.data.logits,
                                           .labels = set.labels,
                                           .class_names = set.class_names,
                                           .network = set.network.to_json()});
  if (!options.save_stats.empty())
    write_statistics(options.save_stats,
                     set.data.statistics ? *set.data.statistics : statistics_of(set.data.features));
}

// Of the set and of those that it is compared with, in the same order in all processes.
void extract_all(Sets& sets, const std::string& spec, const Options& options) {
  sets.get(spec);
  for (const Score& score : scores())
    if (const std::string against = reference_of(score, options); !against.empty())
      sets.get(against);
}

SetReport report_of(Sets& sets, const std::string& spec, const Options& options) {
  const ScoredSet& made = sets.get(spec);
  const bool compared = needs_features(options);
  check(!compared || made.data.features.columns > 0, spec, ": holds no features to compare");
  check(compared || made.data.logits.columns > 0 || !options.save_features.empty(), spec,
        ": holds no logits to score with; ask for --fid or another comparison");
  save(made, options);
  SetReport report{.set = made.info,
                   .network = made.network,
                   .feature_count = made.data.features.columns,
                   .classes = made.data.logits.columns};
  if (made.network.inception && report.classes > 0 && report.classes != 1008)
    warn(made.network.graph + ": has " + std::to_string(report.classes) +
         " classes instead of the 1008 of the 2015 network: other weights lead to other scores " +
         "(torchvision's: 9.7 instead of 11.2)");
  std::map<const Score*, const Data*> references;
  std::map<const Score*, const ScoredSet*> sources;
  for (const Score& score : scores())
    if (const std::string against = reference_of(score, options); !against.empty()) {
      const ScoredSet& reference = sets.get(against, score.statistics);
      check(reference.data.statistics || reference.data.features.columns > 0, against,
            ": holds no features to compare with");
      check_columns(made, reference);
      references[&score] = &reference.data;
      sources[&score] = &reference;
    }
  report.rows.push_back(row_of(made.data, "", references, options));
  if (!options.by_class) return report;
  for (const ClassOfSet& part : classes_of(made)) {
    std::map<const Score*, Data> parts;
    std::map<const Score*, const Data*> pointers;
    for (const auto& [score, source] : sources) {
      parts[score] = part_of(*source, part.name, score->statistics);
      pointers[score] = &parts[score];
    }
    for (const Score& score : scores()) {
      SetInfo info = made.info;
      info.spec += ", class " + part.name;
      info.count = part.data.rows();
      if (score.compares() ? references.contains(&score) : part.data.logits.columns > 0)
        check_count(score, info, options);
    }
    report.rows.push_back(row_of(part.data, part.name, pointers, options));
  }
  return report;
}

}  // namespace

std::string missing_graph(const Options& options) {
  if (!options.graph.empty()) return "";
  for (const std::string& spec : all_specs(options))
    if (!is_numbers(spec))
      return "--graph is required: " + spec + " are images, which need a network";
  return "";
}

Report score(const Options& options) {
  engine::Device::named(options.device).use();
  engine::set_precision(engine::precision_named(options.precision));
  if (engine::processes().rank() == 0) {
    check_output(options.save_stats, "--save-stats", options.force);
    check_output(options.save_features, "--save-features", options.force);
  }
  std::unique_ptr<const Classifier> network;
  if (!options.graph.empty())
    network = std::make_unique<const Classifier>(options.graph, options.classifier);
  if (network) check_network(*network, options);

  Sets sets(network.get(), options);
  check_sets(sets, network.get(), options);
  warn_of_protocol(sets, network.get(), options);
  Report report;
  const bool first = engine::processes().rank() == 0;  // the others only share the extraction
  for (const std::string& spec : options.images) {
    extract_all(sets, spec, options);
    if (first) report.sets.push_back(report_of(sets, spec, options));
    const auto others = all_specs(options);
    if (std::ranges::count(others, spec) == 1) sets.drop(spec);
  }
  for (const Score& score : scores())
    if (const std::string against = reference_of(score, options); !against.empty())
      report.references.emplace_back(&score, sets.open(against).info);
  return report;
}

}  // namespace inception_score
