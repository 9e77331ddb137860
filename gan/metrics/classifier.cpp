#include "gan/metrics/classifier.h"

#include <filesystem>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "gan/metrics/resize.h"
#include "gan/metrics/sha256.h"

namespace gan::metrics {
namespace {

using engine::Tensor;
using engine::graph::Graph;
using engine::graph::Model;

Tensor in_range(const Tensor& x, Range range) {
  switch (range) {
    case Range::bytes:
      return x;
    case Range::unit:
      return x / 255.F;
    case Range::symmetric:
      return (x - 128.F) * 0.0078125F;
    case Range::imagenet:
      break;
  }
  engine::check(x.dim(3) == 3, "range imagenet: is of three channels, the images have ", x.dim(3));
  return (x / 255.F - Tensor::from({3}, {0.485F, 0.456F, 0.406F})) /
         Tensor::from({3}, {0.229F, 0.224F, 0.225F});
}

// [N, 1, 1, n] or [N, n] as [N, n].
Tensor rows(const Tensor& x, Index images, const std::string& name) {
  const bool fits = x.rank() >= 2 && x.dim(0) == images && x.size() == images * x.dim(-1);
  engine::check(fits, "value '", name, "' is ", x.shape(), " for ", images,
                " images; one row of numbers an image is needed: name another with --features or "
                "--logits");
  return reshape(x, {images, x.dim(-1)});
}

Graph load(std::string_view bytes, const std::string& path, Survey& found) {
  Model model = engine::graph::read_model(bytes, path);
  found = survey(model);
  return Graph(std::move(model));
}

}  // namespace

Classifier::Classifier(const std::string& path, const ClassifierOptions& options)
    : Classifier(engine::graph::read_graph_file(path), path, options) {}

Classifier::Classifier(const std::string& bytes, const std::string& path,
                       const ClassifierOptions& options)
    : graph_(load(bytes, path, survey_)) {
  Sha256 hash;
  hash.add(bytes);
  for (const std::string& file : graph_.model().files) hash.add(engine::read_file(file));
  sha256_ = hash.hex();
  bias_ = options.bias.value_or(!survey_.is_inception());
  if (options.range) survey_.range = *options.range;
  features_ = options.features.empty() ? survey_.features : options.features;
  logits_ = !options.logits.empty() ? options.logits : bias_ ? survey_.logits : survey_.unbiased;
  const bool bare =
      survey_.is_inception() && survey_.resize.empty() &&
      survey_.range != Range::bytes;  // of any size, but nothing inside brings it to 299
  if (bare && survey_.height * survey_.width == 0) survey_.height = survey_.width = 299;
  std::vector<std::string> wanted;
  for (std::string* name : {&features_, &logits_}) {
    if (name->empty()) continue;
    if (!graph_.has(*name) && name->ends_with(":0")) name->resize(name->size() - 2);
    engine::check(graph_.has(*name), path, ": no value is called '", *name, "'");
    wanted.push_back(*name);
  }
  engine::check(!wanted.empty(), path,
                ": neither features nor logits were found; name them with --features and --logits");
  graph_.plan({survey_.input}, wanted);  // whatever cannot run is said now
}

std::string Classifier::name() const {
  if (is_scorer()) return graph_.model().metadata.at("kantor.scorer");
  return std::filesystem::path(graph_.model().path).stem().string();
}

std::string Classifier::preprocessing() const {
  if (resizes())
    return "TensorFlow 1 bilinear to " + std::to_string(survey_.width) + "x" +
           std::to_string(survey_.height);
  if (!survey_.resize.empty()) return "in the graph (" + survey_.resize + ")";
  return survey_.is_inception() ? "in the graph (spelled out by other ops)" : "none";
}

Tensor Classifier::prepared(const Tensor& images) const {
  engine::check(images.rank() == 4 && images.dim(3) == survey_.channels, graph_.model().path,
                ": takes images of ", survey_.channels, " channels, these are ", images.shape());
  return in_range(resizes() ? resize_as_tensorflow1(images, survey_.height, survey_.width) : images,
                  survey_.range);
}

Answers Classifier::operator()(const Tensor& images) const {
  const engine::NoGrad constant;
  std::vector<std::string> wanted;
  for (const std::string* name : {&features_, &logits_})
    if (!name->empty()) wanted.push_back(*name);
  const std::vector<Tensor> values = graph_.run({{survey_.input, prepared(images)}}, wanted);
  Answers answers;
  std::size_t next = 0;
  if (!features_.empty()) answers.features = rows(values[next++], images.dim(0), features_);
  if (!logits_.empty()) answers.logits = rows(values[next], images.dim(0), logits_);
  return answers;
}

}  // namespace gan::metrics
