#include "gan/analysis/proxy_score.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/grey_levels.h"
#include "gan/metrics/inception_score.h"
#include "gan/metrics/random_order.h"

namespace gan::analysis {
namespace {

using engine::Real;
using engine::Tensor;

// From [-1, 1] to whole numbers 0 .. 255.
Tensor grey_levels(const Tensor& images) {
  std::vector<Real> values = images.values();
  for (Real& x : values) x = std::round(std::clamp(engine::to_grey(x), Real(0), Real(255)));
  return Tensor::from(images.shape(), values);
}

Index count_covered(const metrics::Features& logits) {
  std::vector<Index> answers(static_cast<std::size_t>(logits.columns));
  for (Index i = 0; i < logits.rows(); ++i) {
    const auto row = logits.row(i);
    ++answers[std::max_element(row.begin(), row.end()) - row.begin()];
  }
  const Index enough = std::max<Index>(1, logits.rows() / (10 * logits.columns));
  return std::count_if(answers.begin(), answers.end(), [&](Index n) { return n >= enough; });
}

}  // namespace

ProxyScorer::ProxyScorer(const std::string& path) : path_(path), classifier_(path) {
  engine::check(classifier_.is_scorer() && !classifier_.logits().empty(), path,
                ": is not a scorer; make one with train_scorer");
}

std::string ProxyScorer::name() const { return "proxy-IS(" + classifier_.name() + ")"; }

void ProxyScorer::check_fits(const models::ImageSize& image) const {
  const metrics::Survey& net = classifier_.found();
  engine::check(
      net.height == image.height && net.width == image.width && net.channels == image.channels,
      path_, ": was trained on images of ", net.height, "x", net.width, "x", net.channels,
      ", these are ", image.height, "x", image.width, "x", image.channels);
}

ProxyScore ProxyScorer::operator()(Index count, const Images& images) const {
  constexpr Index most = 100;  // at a time
  const engine::NoGrad constant;
  metrics::Features logits;
  for (Index first = 0; first < count; first += most) {
    const Tensor part = images(first, std::min(most, count - first));
    const Tensor answers = classifier_(grey_levels(part)).logits;
    logits.columns = answers.dim(1);
    for (const Real value : answers.values()) logits.values.push_back(static_cast<float>(value));
  }
  const metrics::Estimate score =
      metrics::inception_score(logits, {.splits = 1, .shuffle = std::nullopt});
  return {.value = score.mean, .covered = count_covered(logits), .classes = logits.columns};
}

ProxyScore ProxyScorer::operator()(Index count, const datasets::Dataset& data) const {
  count = std::min(count, data.size());
  // At random: every n-th image is of one class where the classes take turns.
  const std::vector<Index> chosen = metrics::RandomOrder(2020).subset(data.size(), count);
  return (*this)(count, [&](Index first, Index n) {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(data.image_size()));
    std::vector<Real> values;
    for (Index i = first; i < first + n; ++i) {
      data.read(chosen[i], pixels.data());
      for (const std::uint8_t pixel : pixels) values.push_back(engine::from_grey(pixel));
    }
    return Tensor::from({n, data.height(), data.width(), data.channels()}, values);
  });
}

}  // namespace gan::analysis
