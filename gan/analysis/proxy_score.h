// The score of generated images by a classifier: the Inception Score's formula, the Frechet distance
// of its features to those of the data set, and the classes covered. A classifier that train_scorer
// made, or any other graph that `inception_score` reads without options, stands in for Inception.
//
//   ProxyScorer scorer("shapes.onnx");
//   scorer.compare_with(data, data_hash);                  // the Frechet distance is to these images
//   ProxyScore score = scorer(1000, [&](Index first, Index count) { return images; });
//
// Scores compare with scores of the same classifier and the same number of images, and with nothing
// that is published: they are called proxy-IS(name) and proxy-FID(name), and IS and FID where the
// classifier is Inception-v3.
// One split; images as a PNG file would keep them, in whole grey levels. A class counts as covered
// where it is the classifier's answer for a tenth of the images that it would have if all were
// equally frequent. Statistics of the data set (10,000 images, or all if there are fewer) are kept
// in the user's cache folder, by the content of the images and of the classifier.
// Cost: a pass of the classifier over the images, which of a file by train_scorer is one for each of
// its views, six at most. Random numbers are not touched.
// Errors: a graph without logits, or that does not say how it takes images; images of another size
// than a file by train_scorer was trained on.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "datasets/dataset.h"
#include "engine/device.h"
#include "gan/metrics/classifier.h"
#include "gan/metrics/frechet_distance.h"
#include "gan/models/models.h"

namespace gan::analysis {

using engine::Index;

struct ProxyScore {
  double value = 0;  // from 1 to the number of classes
  Index covered = 0, classes = 0;
  std::optional<double> distance = {};  // Frechet; none where the scorer compares with no images
};

class ProxyScorer {
 public:
  // The classifier computes at this precision; none: at the one in effect.
  explicit ProxyScorer(const std::string& path, std::optional<engine::Precision> precision = {});

  bool is_inception() const { return classifier_.found().is_inception(); }
  std::string name() const;           // "proxy-IS(shapes)"; of Inception: "IS(inception)"
  std::string distance_name() const;  // "proxy-FID(shapes)"
  const std::string& sha256() const { return classifier_.sha256(); }
  // Errors: `image` is not what the classifier takes; the message begins with the file.
  void check_fits(const models::ImageSize& image) const;

  // From now on scores have a distance to these images, `content` being their content_hash.
  // Nothing happens where the classifier has no features.
  void compare_with(const datasets::Dataset& data, const std::string& content);
  bool has_distance() const { return reference_.has_value(); }

  // `images` gives [count, H, W, C] in [-1, 1].
  using Images = std::function<engine::Tensor(Index first, Index count)>;
  ProxyScore operator()(Index count, const Images& images) const;
  // Of as many images of a data set, the same ones each time: RandomState(2020).choice.
  ProxyScore operator()(Index count, const datasets::Dataset& data) const;

 private:
  struct Answers {
    metrics::Features features, logits;
  };
  Answers answers(Index count, const Images& images) const;

  std::string path_;
  metrics::Classifier classifier_;
  std::optional<engine::Precision> precision_;
  std::optional<metrics::FeatureStatistics> reference_;
};

}  // namespace gan::analysis
