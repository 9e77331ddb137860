// NetworkInfo: the network that features come from, and the preprocessing of images. Features files
// carry it, so that their scores have the same protocol as scores of the images.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gan/metrics/classifier.h"
#include "tools/inception_score/options.h"

namespace inception_score {

struct NetworkInfo {
  std::string graph, graph_sha256;  // "": unknown, for features of another program
  std::string network, name;        // "Inception-v3"; the file's name, without folder and ending
  bool inception = false, ours = false;
  std::optional<bool> bias;      // whether it is in the logits; none: not known
  std::string bias_detail;       // "with the bias"
  std::string features, logits;  // names of values; "": none
  bool features_pooled = false, logits_pooled = false;  // averaged over the pixels they still have
  std::string resize, range;                            // of images to the network's input
  std::string range_source;                             // what says so
  std::vector<float> mean, deviation;                   // see gan::metrics::ValueRange
  bool bgr = false;
  std::string precision, device;

  bool known() const { return !graph_sha256.empty(); }
  // "Inception Score", or "proxy-IS(name)" of a network that is not Inception.
  std::string score_name() const;
  // Whether features of both may be compared.
  bool agrees(const NetworkInfo& other) const;

  std::string to_json() const;
  static NetworkInfo from_json(const std::string& text);  // Errors: another text
};

NetworkInfo describe(const gan::metrics::Classifier& network, const Options& options);
std::string resize_of(const gan::metrics::Classifier& network, const Options& options);

}  // namespace inception_score
