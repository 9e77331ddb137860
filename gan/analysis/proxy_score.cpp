#include "gan/analysis/proxy_score.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "datasets/image_cache.h"
#include "engine/check.h"
#include "engine/file.h"
#include "engine/grey_levels.h"
#include "gan/metrics/inception_score.h"
#include "gan/metrics/random_order.h"
#include "gan/metrics/sha256.h"
#include "gan/metrics/statistics_file.h"

namespace gan::analysis {
namespace {

using engine::Real;
using engine::Tensor;
using metrics::Features;
using metrics::FeatureStatistics;

// The graph must determine everything: there are no options here.
metrics::Classifier open_classifier(const std::string& path) {
  try {
    return metrics::Classifier(path);
  } catch (const metrics::BadOption& error) {
    engine::fail(
        error.what(),
        " to inception_score; the file of a scorer must say it, as files of train_scorer do");
  }
}

constexpr Index kReference = 10'000;  // images of a data set to compare with, as Miyato et al. take

// From [-1, 1] to whole numbers 0 .. 255.
Tensor grey_levels(const Tensor& images) {
  std::vector<Real> values = images.values();
  for (Real& x : values) x = std::round(std::clamp(engine::to_grey(x), Real(0), Real(255)));
  return Tensor::from(images.shape(), values);
}

std::vector<Index> classes_seen(const Features& logits) {
  std::vector<Index> answers;
  for (Index i = 0; i < logits.rows(); ++i) {
    const auto row = logits.row(i);
    answers.push_back(std::max_element(row.begin(), row.end()) - row.begin());
  }
  return answers;
}

Index count_covered(const std::vector<Index>& answers, Index classes) {
  std::vector<Index> counts(static_cast<std::size_t>(classes));
  for (const Index answer : answers) ++counts[static_cast<std::size_t>(answer)];
  const Index enough = std::max<Index>(1, std::ssize(answers) / (10 * classes));
  return std::ranges::count_if(counts, [&](Index n) { return n >= enough; });
}

void append(Features& to, const Tensor& rows) {
  if (!rows.defined()) return;
  to.columns = rows.dim(1);
  for (const Real value : rows.values()) to.values.push_back(static_cast<float>(value));
}

// A random sample of a data set: taking every n-th image would pick one class if classes alternate.
struct Chosen {
  const datasets::Dataset& data;
  std::vector<Index> indices;

  Chosen(const datasets::Dataset& set, Index count)
      : data(set), indices(metrics::RandomOrder(2020).subset(set.size(), count)) {}

  Tensor operator()(Index first, Index n) const {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(data.image_size()));
    std::vector<Real> values;
    for (Index i = first; i < first + n; ++i) {
      data.read(indices[i], pixels.data());
      for (const std::uint8_t pixel : pixels) values.push_back(engine::from_grey(pixel));
    }
    return Tensor::from({n, data.height(), data.width(), data.channels()}, values);
  }
};

// Statistics from the cache, or computed and cached. Works without a cache if it cannot be read or
// written.
template <class Compute>
FeatureStatistics cached(const std::string& key, Compute compute) {
  const std::string folder = datasets::user_cache_folder();
  const std::string path = folder + "/statistics-" + metrics::Sha256::of(key) + ".npz";
  try {
    if (!folder.empty() && std::filesystem::exists(path)) return metrics::read_statistics(path);
  } catch (const engine::Error&) {
  }
  const FeatureStatistics statistics = compute();
  try {
    if (folder.empty()) return statistics;
    engine::make_folders(folder);
    metrics::write_statistics(path, statistics);
  } catch (const engine::Error&) {
  }
  return statistics;
}

// Matrix products use this precision until the end of the scope.
class PrecisionScope {
 public:
  explicit PrecisionScope(std::optional<engine::Precision> precision)
      : before_(engine::precision()) {
    if (precision) engine::set_precision(*precision);
  }
  ~PrecisionScope() { engine::set_precision(before_); }
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  engine::Precision before_;
};

}  // namespace

ProxyScorer::ProxyScorer(const std::string& path, std::optional<engine::Precision> precision)
    : path_(path), classifier_(open_classifier(path)), precision_(precision) {
  engine::check(!classifier_.logits().empty(), path,
                ": has no logits to score with; use a classifier, such as one from train_scorer");
}

std::string ProxyScorer::name() const {
  return (is_inception() ? "IS(" : "proxy-IS(") + classifier_.name() + ")";
}

std::string ProxyScorer::distance_name() const {
  return (is_inception() ? "FID(" : "proxy-FID(") + classifier_.name() + ")";
}

void ProxyScorer::check_fits(const models::ImageSize& image) const {
  const metrics::Survey& net = classifier_.found();
  engine::check(net.channels == image.channels, path_, ": takes images of ", net.channels,
                " channels, these have ", image.channels, "; set data.channels=", net.channels);
  engine::check(
      !classifier_.is_scorer() || (net.height == image.height && net.width == image.width), path_,
      ": was trained on images of ", net.height, "x", net.width, "x", net.channels, ", these are ",
      image.height, "x", image.width, "x", image.channels);
}

ProxyScorer::Answers ProxyScorer::answers(Index count, const Images& images) const {
  constexpr Index most = 100;  // at a time
  const engine::NoGrad constant;
  Answers all;
  for (Index first = 0; first < count; first += most) {
    const Tensor part = grey_levels(images(first, std::min(most, count - first)));
    const PrecisionScope products(precision_);
    const metrics::Answers some = classifier_(part);
    append(all.logits, some.logits);
    append(all.features, some.features);
  }
  return all;
}

void ProxyScorer::compare_with(const datasets::Dataset& data, const std::string& content) {
  if (classifier_.features().empty() || data.size() < 2) return;
  const Index count = std::min(kReference, data.size());
  const engine::Precision products = precision_.value_or(engine::precision());
  const std::string key = classifier_.sha256() + " " + content + " " + std::to_string(count) + " " +
                          std::to_string(static_cast<int>(products)) + " " +
                          engine::Device::current().name();
  reference_ = cached(
      key, [&] { return metrics::statistics_of(answers(count, Chosen(data, count)).features); });
}

ProxyScore ProxyScorer::operator()(Index count, const Images& images) const {
  const Answers found = answers(count, images);
  const metrics::Estimate score =
      metrics::inception_score(found.logits, {.splits = 1, .shuffle = std::nullopt});
  const std::vector<Index> answers = classes_seen(found.logits);
  const Index classes = found.logits.columns;
  ProxyScore result{.value = score.mean,
                    .covered = count_covered(answers, classes),
                    .classes = classes,
                    .answers = answers};
  if (reference_ && count > 1)
    result.distance =
        metrics::frechet_distance(metrics::statistics_of(found.features), *reference_);
  return result;
}

ProxyScore ProxyScorer::operator()(Index count, const datasets::Dataset& data) const {
  count = std::min(count, data.size());
  return (*this)(count, Chosen(data, count));
}

}  // namespace gan::analysis
