// A report for people and for programs.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/inception_score/score.h"

namespace inception_score {
namespace {

using Json = nlohmann::ordered_json;
using gan::metrics::Estimate;

std::string text(double number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.7g", number);
  return digits;
}

std::string text(const Estimate& estimate) {
  return text(estimate.mean) + " ± " + text(estimate.deviation);
}

std::string order_of(const Options& options) {
  return options.shuffle ? "shuffled by RandomState(" + std::to_string(*options.shuffle) + ")"
                         : "as given";
}

std::string size_of(const Report& report) {
  return std::to_string(report.width) + "x" + std::to_string(report.height);
}

// Ends in a dot where nothing more is known, as of statistics.
std::string line_of(const char* metric, const Reference& reference) {
  std::string line = std::string("  ") + metric + " against  " + reference.spec;
  if (reference.images > 0) line += ": " + std::to_string(reference.images) + " images";
  return line + "\n";
}

Json json_of(const Reference& reference) {
  Json json{{"source", reference.spec}};
  if (reference.images > 0) {
    json["count"] = reference.images;
    json["selection"] = reference.selection;
    json["sha256"] = reference.sha256;
  }
  return json;
}

Json json_of(const Estimate& estimate) {
  return {{"mean", estimate.mean}, {"std", estimate.deviation}};
}

Json protocol(const Report& report, const Options& options) {
  Json p;
  p["images"] = {{"source", report.images},       {"count", report.count},
                 {"selection", report.selection}, {"size", size_of(report)},
                 {"resize", report.image_resize}, {"sha256", report.images_sha256}};
  p["image_count"] = report.count;
  p["splits"] = options.splits;
  p["order"] = order_of(options);
  p["shuffle"] = options.shuffle ? Json(*options.shuffle) : Json("no");
  p["bias"] = report.bias;
  p["resize"] = report.network_resize;
  p["range"] = report.range;
  p["graph"] = report.graph;
  p["graph_sha256"] = report.graph_sha256;
  p["network"] = report.network;
  p["features"] = report.features;
  p["feature_count"] = report.feature_count;
  p["logits"] = report.logits;
  p["classes"] = report.classes;
  p["precision"] = options.precision;
  p["device"] = options.device;
  if (report.fid_reference) p["fid_reference"] = json_of(*report.fid_reference);
  if (report.kid_reference) {
    p["kid_reference"] = json_of(*report.kid_reference);
    p["kid_subsets"] = options.kid_subsets;
    p["kid_subset_size"] = options.kid_size;
  }
  if (report.pr_reference) {
    p["precision_recall_reference"] = json_of(*report.pr_reference);
    p["neighbours"] = options.neighbours;
  }
  return p;
}

}  // namespace

std::string as_text(const Report& report, const Options& options) {
  std::string out;
  if (report.score) out += report.score_name() + ": " + text(*report.score) + "\n";
  if (report.fid) out += "FID: " + text(*report.fid) + "\n";
  if (report.kid) out += "KID: " + text(*report.kid) + "\n";
  if (report.kid && report.kid->mean < 0)
    out += "  (an unbiased estimate may fall a little below 0: the sets are alike)\n";
  if (report.pr)
    out += "precision: " + text(report.pr->precision) + "\nrecall: " + text(report.pr->recall) +
           "\nF-score: " + text(report.pr->f_score()) + "\n";
  out += "protocol\n";
  out += "  images       " + report.images + ": " + std::to_string(report.count) + " of " +
         size_of(report) + " (" + report.selection + "; resized: " + report.image_resize + ")\n";
  if (report.score)
    out += "  splits       " + std::to_string(options.splits) + ", images " + order_of(options) +
           "\n  logits       " + report.logits + ", " + std::to_string(report.classes) +
           " classes, " + (report.bias ? "with" : "without") + " the bias\n";
  out += "  resize       " + report.network_resize + "; numbers in " + report.range + "\n";
  out += "  network      " + report.network + "\n";
  if (report.feature_count > 0)
    out += "  features     " + report.features + ", " + std::to_string(report.feature_count) + "\n";
  out += "  precision    " + options.precision + " on " + options.device + "\n";
  out += "  graph        " + report.graph + "\n  sha256       " + report.graph_sha256 + "\n";
  if (report.fid_reference) out += line_of("FID", *report.fid_reference);
  if (report.kid_reference)
    out += line_of("KID", *report.kid_reference) + "  KID subsets  " +
           std::to_string(options.kid_subsets) + " of " + std::to_string(options.kid_size) + "\n";
  if (report.pr_reference)
    out += line_of("P/R", *report.pr_reference) + "  neighbours   " +
           std::to_string(options.neighbours) + "\n";
  return out;
}

std::string as_json(const Report& report, const Options& options) {
  Json json;
  json["protocol"] = protocol(report, options);
  // The formula is the same for every network. One trained here never has this name; of others it
  // is said whether they are Inception.
  if (report.score) {
    Json& score = json[report.ours ? "proxy_is" : "inception_score"] = json_of(*report.score);
    score["name"] = report.score_name();
    score["is_inception"] = report.inception && !report.ours;
  }
  if (report.fid) json["fid"] = *report.fid;
  if (report.kid) json["kid"] = json_of(*report.kid);
  if (report.pr)
    json["precision_recall"] = {{"precision", report.pr->precision},
                                {"recall", report.pr->recall},
                                {"f_score", report.pr->f_score()}};
  // Names of files may be in any encoding.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace inception_score
