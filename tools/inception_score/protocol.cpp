#include "tools/inception_score/protocol.h"

#include <algorithm>
#include <cstdio>

#include "gan/console/printable.h"

namespace inception_score {
namespace {

std::string order_of(const ScoreOptions& options) {
  return options.shuffle ? "shuffled by RandomState(" + std::to_string(*options.shuffle) + ")"
                         : "as given";
}

// The setting as JSON; for an unset gamma, its default.
Json value_of(const Setting& setting, const ScoreOptions& options, Index features) {
  if (const auto* whole = std::get_if<Index ScoreOptions::*>(&setting.member))
    return options.*(*whole);
  if (const auto* real = std::get_if<double ScoreOptions::*>(&setting.member))
    return options.*(*real);
  if (const auto* name = std::get_if<std::string ScoreOptions::*>(&setting.member))
    return options.*(*name);
  const auto& given = options.*std::get<std::optional<double> ScoreOptions::*>(setting.member);
  return given.value_or(1 / static_cast<double>(std::max<Index>(features, 1)));
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? as_text(value.get<double>()) : value.dump();
}

// Whether the score is among those of the report.
bool asked(const Score& score, const SetReport& set) {
  return std::ranges::any_of(set.rows.front().scores,
                             [&](const Scored& each) { return each.score == &score; });
}

Json json_of(const SetInfo& reference) {
  Json json{{"source", reference.spec}};
  if (reference.count > 0) {
    json["count"] = reference.count;
    json["selection"] = reference.selection;
    json["sha256"] = reference.sha256;
  }
  return json;
}

// "  name         text"
std::string line(const std::string& name, const std::string& text) {
  std::string padded = "  " + name;
  padded.resize(std::max<std::size_t>(padded.size() + 1, 15), ' ');
  return padded + gan::console::printable(text) + "\n";
}

constexpr const char* kPooling = "mean over the pixels";

std::string value_text(const std::string& name, bool pooled) {
  if (name.empty()) return "from a file";
  return pooled ? name + " (" + kPooling + ")" : name;
}

// "0..1, mean 0.5, std 0.5, BGR (given)"
std::string range_text(const NetworkInfo& network) {
  const gan::metrics::ValueRange range{.range = gan::metrics::range_named(network.range),
                                       .mean = network.mean,
                                       .deviation = network.deviation,
                                       .bgr = network.bgr};
  return gan::metrics::describe(range) + " (" + network.range_source + ")";
}

std::string line_of(const Score& score, const SetInfo& reference, const SetReport& set,
                    const Options& options) {
  std::string text = reference.spec;
  if (reference.count > 0)
    text += ": " + std::to_string(reference.count) + " " + reference.contents;
  for (const Setting& each : score.settings)
    if (each.counts(options.scores))
      text += std::string("; ") + each.label + " " +
              text_of(value_of(each, options.scores, set.feature_count));
  return line(std::string(score.title) + " against", text);
}

}  // namespace

std::string as_text(double number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.7g", number);
  return digits;
}

Json protocol_json(const SetReport& set, const Report& report, const Options& options) {
  const NetworkInfo& network = set.network;
  Json p;
  p["images"] = {{"source", set.set.spec},         {"count", set.set.count},
                 {"selection", set.set.selection}, {"size", set.set.extents},
                 {"resize", set.set.resize},       {"sha256", set.set.sha256}};
  if (set.set.extents.empty()) p["images"]["contents"] = set.set.contents;
  p["image_count"] = set.set.count;
  p["splits"] = options.scores.splits;
  p["order"] = order_of(options.scores);
  p["shuffle"] = options.scores.shuffle ? Json(*options.scores.shuffle) : Json("no");
  p["bias"] = network.bias ? Json(*network.bias) : Json();
  p["bias_detail"] = network.bias_detail;
  p["resize"] = network.resize;
  p["range"] = network.range;
  if (network.known()) {
    const char* formula = formula_of(gan::metrics::range_named(network.range));
    if (*formula) p["range_formula"] = formula;
  }
  p["range_source"] = network.range_source;
  p["channels"] = network.bgr ? "BGR" : "RGB";
  if (!network.mean.empty()) p["mean"] = network.mean;
  if (!network.deviation.empty()) p["std"] = network.deviation;
  p["graph"] = network.graph;
  p["graph_sha256"] = network.graph_sha256;
  p["network"] = network.known() ? network.network : "unknown";
  p["features"] = network.features;
  if (network.features_pooled) p["features_pooling"] = kPooling;
  if (network.logits_pooled) p["logits_pooling"] = kPooling;
  p["feature_count"] = set.feature_count;
  p["logits"] = network.logits;
  p["classes"] = set.classes;
  p["precision"] = network.precision;
  p["device"] = network.device;
  if (!set.set.extents.empty()) p["batch"] = options.batch_size();
  p["rng_seed"] = options.scores.rng_seed;
  for (const auto& [score, reference] : report.references) {
    p[std::string(score->key) + "_reference"] = json_of(reference);
    for (const Setting& each : score->settings)
      if (each.counts(options.scores))
        p[each.key] = value_of(each, options.scores, set.feature_count);
  }
  if (options.resamples > 0)
    p["bootstrap"] = {{"resamples", options.resamples}, {"confidence", options.confidence}};
  return p;
}

std::string images_line(const SetReport& set) {
  const SetInfo& info = set.set;
  const std::string of = info.extents.empty() ? info.contents : "of " + info.extents;
  const std::string resized = info.extents.empty() ? "" : "; resized: " + info.resize;
  return line("images", info.spec + ": " + std::to_string(info.count) + " " + of + " (" +
                            info.selection + resized + ")");
}

std::string common_lines(const Report& report, const Options& options) {
  const SetReport& set = report.sets.front();
  const NetworkInfo& network = set.network;
  std::string out;
  if (asked(scores().front(), set))
    out += line("splits",
                std::to_string(options.scores.splits) + ", images " + order_of(options.scores)) +
           line("logits", value_text(network.logits, network.logits_pooled) + ", " +
                              std::to_string(set.classes) + " classes" +
                              (network.known() ? ", " + network.bias_detail : ""));
  if (network.known()) {
    out += line("resize", network.resize + "; numbers in " + range_text(network));
    out += line("network", network.network);
  } else {
    out += line("network", "unknown: the features come from another program");
  }
  if (set.feature_count > 0)
    out += line("features", value_text(network.features, network.features_pooled) + ", " +
                                std::to_string(set.feature_count));
  if (network.known()) {
    out += line("precision",
                network.precision + " on " + network.device +
                    (set.set.extents.empty()
                         ? ""
                         : ", " + std::to_string(options.batch_size()) + " images per batch"));
    out += line("graph", network.graph) + line("sha256", network.graph_sha256);
  }
  for (const auto& [score, reference] : report.references)
    out += line_of(*score, reference, set, options);
  if (!report.references.empty() || options.resamples > 0)
    out += line("seed", std::to_string(options.scores.rng_seed) + " of random choices");
  if (options.resamples > 0)
    out += line("confidence", as_text(100 * options.confidence) + " % by " +
                                  std::to_string(options.resamples) + " bootstrap resamples");
  return out;
}

}  // namespace inception_score
