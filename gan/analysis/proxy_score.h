// The score of generated images by a classifier: the Inception Score's formula, the Frechet distance
// of its features to those of the data set, and the classes covered. The classifier may be one from
// train_scorer, or any graph that `inception_score` reads without options.
//
//   ProxyScorer scorer("shapes.onnx");
//   scorer.compare_with(data, data_hash);                  // the Frechet distance is to these images
//   ProxyScore score = scorer(1000, [&](Index first, Index count) { return images; });
//
// Scores are comparable only with scores of the same classifier and number of images, not with
// published ones: they are called proxy-IS(name) and proxy-FID(name), or IS and FID if the
// classifier is Inception-v3. One split; images are rounded to whole gray levels, as in a PNG file.
// A class counts as covered if the classifier assigns it at least a tenth of the images it would
// have if all classes were equally frequent. Statistics of the data set (10,000 images, or all if
// there are fewer) are kept in the user's cache folder, by the content of the images and of the
// classifier.
// Cost: one pass of the classifier over the images; for a train_scorer file one per view, six at
// most. Uses no random numbers. Errors: a graph without logits, or with an unknown input range;
// images of another size than a train_scorer file was trained on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

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
  std::optional<double> distance = {};  // Frechet; none if the scorer has no images to compare with
  std::vector<Index> answers = {};      // the class that the scorer sees in each image
};

class ProxyScorer {
 public:
  // The classifier computes at this precision; none: at the one in effect.
  explicit ProxyScorer(const std::string& path, std::optional<engine::Precision> precision = {});

  bool is_inception() const { return classifier_.found().is_inception(); }
  std::string name() const;           // "proxy-IS(shapes)"; of Inception: "IS(inception)"
  std::string distance_name() const;  // "proxy-FID(shapes)"
  // The names of its classes, in order; empty if its file has none.
  std::vector<std::string> class_names() const { return classifier_.class_names(); }
  const std::string& sha256() const { return classifier_.sha256(); }
  // Errors: `image` is not what the classifier takes; the message begins with the file.
  void check_fits(const models::ImageSize& image) const;

  // Makes later scores include a distance to these images; `content` is their content_hash. Does
  // nothing if the classifier has no features.
  void compare_with(const datasets::Dataset& data, const std::string& content);
  bool has_distance() const { return reference_.has_value(); }

  // `images` gives [count, H, W, C] in [-1, 1].
  using Images = std::function<engine::Tensor(Index first, Index count)>;
  ProxyScore operator()(Index count, const Images& images) const;
  // The score of as many images of a data set, the same ones each time: RandomState(2020).choice.
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
