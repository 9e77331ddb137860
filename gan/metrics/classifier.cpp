#include "gan/metrics/classifier.h"

#include <algorithm>
#include <filesystem>
#include <future>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/ops/move.h"
#include "engine/ops/reduce.h"
#include "gan/metrics/resize.h"
#include "gan/metrics/sha256.h"

namespace gan::metrics {
namespace {

using engine::Tensor;
using engine::graph::Graph;
using engine::graph::Model;
using engine::graph::Value;

// The model in a file, and the hash of the file and its external weights.
Model load(const std::string& path, std::string& sha256) {
  const std::string bytes = engine::graph::read_graph_file(path);
  Sha256 hash;
  auto hashed = std::async(std::launch::async, [&] { hash.add(bytes); });
  Model model = engine::graph::read_model(bytes, path);
  check_undamaged(model);  // a survey without the weights would find nothing
  hashed.get();
  for (const std::string& file : model.files) hash.add(engine::read_file(file));
  sha256 = hash.hex();
  return model;
}

Graph choose(Model model, const ClassifierOptions& options, Survey& found, Choice& choice) {
  found = survey(model);
  choice = choose_values(model, found, options);
  return Graph(std::move(model));
}

// The pixel axes of a value [N, ..., C] or [N, C, ...] in the file's order; none if it is already a
// row of numbers.
engine::Axes pixel_axes(const Value& value, bool channels_last) {
  const engine::Shape shape = value.shape();
  if (shape.rank() != 4 || shape[1] * shape[2] == 1 || shape[2] * shape[3] == 1) return {};
  return channels_last ? engine::Axes{1, 2} : engine::Axes{2, 3};
}

// Whether a value of four axes has its channels last in the file.
bool is_channels_last(const Model& model, const std::string& name) {
  if (model.nhwc) return true;
  const auto* maker = Links(model).maker(name);
  const auto* order =
      maker && maker->op == "Transpose" ? attribute<std::vector<Index>>(*maker, "perm") : nullptr;
  return order && *order == std::vector<Index>{0, 2, 3, 1};
}

}  // namespace

Classifier::Classifier(const std::string& path, const ClassifierOptions& options)
    : graph_(choose(load(path, sha256_), options, survey_, choice_)) {
  graph_.plan({survey_.input}, wanted());  // reports unsupported ops now
  range_ = choose_range(path, survey_, options);
  choose_size(options);
  find_pooled();
}

std::vector<std::string> Classifier::wanted() const {
  std::vector<std::string> names;
  for (const std::string* name : {&choice_.features, &choice_.logits})
    if (!name->empty()) names.push_back(*name);
  return names;
}

// The size in the file, else the one it resizes to, else the known one, else the given one.
void Classifier::choose_size(const ClassifierOptions& options) {
  const std::string& path = graph_.model().path;
  const bool any = survey_.height == 0 || survey_.width == 0;
  const InputSize given = options.size.value_or(InputSize{});
  if (given.height > 0) {
    const auto fits = [](Index fixed, Index size) { return fixed == 0 || fixed == size; };
    if (!fits(survey_.height, given.height) || !fits(survey_.width, given.width))
      throw BadOption(path + ": takes images of " + std::to_string(survey_.width) + "x" +
                      std::to_string(survey_.height) + ", not --input-size " +
                      std::to_string(given.width) + "x" + std::to_string(given.height));
    survey_.height = given.height;
    survey_.width = given.width;
  } else if (any && !survey_.resizes && !options.size) {
    if (!survey_.is_inception())
      throw BadOption(path +
                      ": takes images of any size and does not say which it was trained on; pass "
                      "--input-size, such as 224, or --input-size any to keep the images' size");
    survey_.height = survey_.width = 299;
  }
}

void Classifier::find_pooled() {
  const engine::NoGrad constant;
  const Tensor black = engine::zeros({1, survey_.height > 0 ? survey_.height : 64,
                                      survey_.width > 0 ? survey_.width : 64, survey_.channels});
  try {
    const std::vector<std::string> names = wanted();
    const auto values = graph_.run_values({{survey_.input, as_input(black, survey_)}}, names);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!pixel_axes(values[i], true).empty()) pooled_.insert(names[i]);
  } catch (const engine::Error&) {
    // Images of another size or number may run; if not, running them reports it.
  }
}

std::vector<std::string> Classifier::class_names() const {
  std::vector<std::string> names;
  const auto& metadata = graph_.model().metadata;
  const auto found = metadata.find("kantor.classes");
  if (found == metadata.end()) return names;
  std::istringstream text(found->second);
  for (std::string name; std::getline(text, name, ',');) names.push_back(name);
  return names;
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
  return survey_.resizes ? "in the graph (spelled out by other ops)" : "none";
}

Tensor Classifier::prepared(const Tensor& images) const {
  engine::check(images.rank() == 4 && images.dim(3) == survey_.channels, graph_.model().path,
                ": takes images of ", survey_.channels, " channels, these are ", images.shape());
  return to_range(resizes() ? resize_as_tensorflow1(images, survey_.height, survey_.width) : images,
                  range_.range);
}

Tensor Classifier::rows(const Value& value, Index images, const std::string& name) const {
  Tensor x = value.tensor();
  const engine::Axes pixels = pixel_axes(value, is_channels_last(graph_.model(), name));
  if (!pixels.empty()) x = mean(x, pixels);
  const bool fits = x.rank() >= 2 && x.dim(0) == images;
  const Index columns = fits ? x.size() / std::max<Index>(images, 1) : 0;
  const bool row = fits && std::any_of(x.shape().begin() + 1, x.shape().end(),
                                       [&](Index extent) { return extent == columns; });
  engine::check(
      row, graph_.model().path, ": value '", name, "' is ", value.shape(), " for ", images,
      " images", fits && x.rank() > 2 ? ", one dimension too many" : "",
      "; expected one row of numbers per image: name another value with --features or --logits");
  return reshape(x, {images, columns});
}

Answers Classifier::operator()(const Tensor& images) const {
  const engine::NoGrad constant;
  const std::vector<std::string> names = wanted();
  const auto values =
      graph_.run_values({{survey_.input, as_input(prepared(images), survey_)}}, names);
  Answers answers;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool features = i == 0 && !choice_.features.empty();
    (features ? answers.features : answers.logits) = rows(values[i], images.dim(0), names[i]);
  }
  return answers;
}

}  // namespace gan::metrics
