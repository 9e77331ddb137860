// The proxy score: the Inception Score's formula with a classifier that train_scorer trained in
// Inception's place. It tells how far a training has come, on the images that the classifier knows;
// it compares with scores of the same classifier and the same number of images, and with nothing
// that is published. So it is never called an Inception Score, but proxy-IS(name).
//
//   const ProxyScorer scorer("shapes.onnx");
//   ProxyScore score = scorer(1000, [&](Index first, Index count) { return images; });
//
// One split; images as a PNG file would keep them, in whole grey levels. A class counts as covered
// where it is the classifier's answer for a tenth of the images that it would have if all were
// equally frequent. Cost: a pass of the classifier over the images, which of a file by train_scorer
// is one for each of its views, six at most. Random numbers are not touched.
// Errors: a file that train_scorer did not write; images of another size than it was trained on.
#pragma once

#include <functional>
#include <string>

#include "datasets/dataset.h"
#include "gan/metrics/classifier.h"
#include "gan/models/models.h"

namespace gan::analysis {

using engine::Index;

struct ProxyScore {
  double value = 0;  // from 1 to the number of classes
  Index covered = 0, classes = 0;
};

class ProxyScorer {
 public:
  explicit ProxyScorer(const std::string& path);

  std::string name() const;  // "proxy-IS(shapes)"
  // Errors: `image` is not what the classifier takes; the message begins with the file.
  void check_fits(const models::ImageSize& image) const;

  // `images` gives [count, H, W, C] in [-1, 1].
  using Images = std::function<engine::Tensor(Index first, Index count)>;
  ProxyScore operator()(Index count, const Images& images) const;
  // Of as many images of a data set, the same ones each time: RandomState(2020).choice.
  ProxyScore operator()(Index count, const datasets::Dataset& data) const;

 private:
  std::string path_;
  metrics::Classifier classifier_;
};

}  // namespace gan::analysis
