// Classifier: a network from a file (TensorFlow GraphDef or ONNX) as the metrics need it: images of
// bytes in, pool features and logits out.
//
//   const Classifier net("inception.pb");
//   auto [features, logits] = net(images);            // [N, H, W, 3], 0 .. 255
//
// Images go in as they are where the graph resizes them itself, else resized as TensorFlow 1 does
// it to the size of its input; then they are brought into its range. Values that still have pixels
// are averaged over them. What the graph says of all this: see survey.h; what it does not say, the
// options must: see choice.h.
// Cost: loading copies the weights twice; Inception-v3 takes 5.7 G multiplications an image.
// Errors: those of the graph and of choice.h; images of another number of channels.
// Source: improved-gan/inception_score (Salimans et al.), which leaves the bias of the last layer
// out; so do the published scores, and so does this where the network is Inception.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "gan/metrics/choice.h"
#include "gan/metrics/features.h"

namespace gan::metrics {

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
  const std::string& features() const { return choice_.features; }  // the value; "": none
  const std::string& logits() const { return choice_.logits; }
  Bias bias() const { return choice_.bias; }
  const FoundRange& range() const { return range_; }
  // Whether the value still has pixels, which are averaged.
  bool is_pooled(const std::string& value) const { return pooled_.contains(value); }
  // A network trained here: what it scores is compared with nothing that is published.
  bool ours() const { return graph_.model().producer == "kantor"; }
  // Written by train_scorer, and what it calls itself (metadata "kantor.scorer"); the name of other
  // networks is that of the file, without folder and ending.
  bool is_scorer() const { return graph_.model().metadata.contains("kantor.scorer"); }
  std::string name() const;
  std::string preprocessing() const;  // one line: what images go through

 private:
  bool resizes() const { return survey_.height > 0 && survey_.width > 0; }
  void choose_size(const ClassifierOptions& options);
  void find_pooled();
  std::vector<std::string> wanted() const;
  engine::Tensor prepared(const engine::Tensor& images) const;
  engine::Tensor rows(const engine::graph::Value& value, Index images,
                      const std::string& name) const;

  Survey survey_;
  Choice choice_;
  FoundRange range_;
  std::string sha256_;
  std::set<std::string> pooled_;
  engine::graph::Graph graph_;
};

}  // namespace gan::metrics
