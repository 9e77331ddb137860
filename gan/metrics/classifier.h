// Classifier: a network from a file (TensorFlow GraphDef or ONNX) for the metrics: images as bytes
// in, pool features and logits out.
//
//   const Classifier net("inception.pb");
//   auto [features, logits] = net(images);            // [N, H, W, 3], 0 .. 255
//
// Unless the graph resizes images itself, they are resized to its input size as in TensorFlow 1;
// then they are converted to its range. Values that still have pixels are averaged over them.
// survey.h finds all this in the graph; where the graph does not decide, options must: see
// choice.h. Cost: loading copies the weights twice; Inception-v3 takes 5.7 G multiplications an
// image. Errors: those of the graph and of choice.h; images of another number of channels.
// Source: improved-gan/inception_score (Salimans et al.), which omits the bias of the last layer,
// as published scores do; so does this class if the network is Inception.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

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
  // SHA-256 of the file; for an ONNX file with external weights, of its bytes followed by theirs.
  const std::string& sha256() const { return sha256_; }
  const std::string& features() const { return choice_.features; }  // the value; "": none
  const std::string& logits() const { return choice_.logits; }
  Bias bias() const { return choice_.bias; }
  const FoundRange& range() const { return range_; }
  // Whether the value still has pixels, which are averaged.
  bool is_pooled(const std::string& value) const { return pooled_.contains(value); }
  // Whether the network comes from train_scorer, so that its scores are not comparable with
  // published ones.
  bool ours() const { return graph_.model().producer == "kantor"; }
  // The name in a train_scorer file (metadata "kantor.scorer"); for other networks, the file name
  // without folder and extension.
  bool is_scorer() const { return graph_.model().metadata.contains("kantor.scorer"); }
  std::string name() const;
  std::vector<std::string> class_names() const;  // as train_scorer writes them; else none
  std::string preprocessing() const;             // one line: the preprocessing of images

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
