// Classifier: a network from a file (TensorFlow GraphDef or ONNX) as the metrics need it: images of
// bytes in, pool features and logits out.
//
//   const Classifier net("inception.pb");
//   auto [features, logits] = net(images);            // [N, H, W, 3], 0 .. 255
//
// Images reach the network as the graph of 2015 takes them: as they are where the graph resizes
// them itself, else resized as TensorFlow 1 does it to the size that its input has, then brought
// into its range. Which values are features and logits: see survey.h.
// Cost: loading copies the weights twice; Inception-v3 takes 5.7 G multiplications an image.
// Errors: those of the graph; names that it has not; images of another number of channels.
// Source: improved-gan/inception_score (Salimans et al.), which leaves the bias of the last layer
// out; so do the published scores, and so does this where the network is Inception.
#pragma once

#include <optional>
#include <string>

#include "gan/metrics/features.h"
#include "gan/metrics/survey.h"

namespace gan::metrics {

struct ClassifierOptions {
  std::string features = {}, logits = {};  // names of values; empty: found
  std::optional<bool> bias = {};           // of the logits; none: only where it is not Inception
  std::optional<Range> range = {};         // none: what the graph says
};

struct Answers {
  engine::Tensor features;  // [N, n]; undefined where the network has none
  engine::Tensor logits;    // [N, classes]; likewise
};

class Classifier {
 public:
  explicit Classifier(const std::string& path, const ClassifierOptions& options = {});

  // For images [N, H, W, C] of one size in 0 .. 255. Nothing is recorded for gradients.
  Answers operator()(const engine::Tensor& images) const;

  const Survey& found() const { return survey_; }
  // Of the file; where an ONNX file keeps weights in others, of their bytes after its own.
  const std::string& sha256() const { return sha256_; }
  const std::string& features() const { return features_; }  // the value asked for; "": none
  const std::string& logits() const { return logits_; }
  bool bias() const { return bias_; }
  // A network trained here: what it scores is compared with nothing that is published.
  bool ours() const { return graph_.model().producer == "kantor"; }
  // Written by train_scorer, and what it calls itself (metadata "kantor.scorer"); the name of other
  // networks is that of the file, without folder and ending.
  bool is_scorer() const { return graph_.model().metadata.contains("kantor.scorer"); }
  std::string name() const;
  std::string preprocessing() const;  // one line: what images go through

 private:
  Classifier(const std::string& bytes, const std::string& path, const ClassifierOptions& options);
  bool resizes() const { return survey_.height > 0 && survey_.width > 0; }
  engine::Tensor prepared(const engine::Tensor& images) const;

  Survey survey_;
  std::string sha256_, features_, logits_;
  bool bias_ = false;
  engine::graph::Graph graph_;
};

}  // namespace gan::metrics
