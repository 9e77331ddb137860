#include "gan/metrics/features_file.h"

#include <algorithm>
#include <cmath>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/shape.h"
#include "gan/metrics/npz.h"

namespace gan::metrics {
namespace {

using engine::check;

NpyArray as_array(const Features& features) {
  if (!features.exact.empty())
    return NpyArray::from({features.rows(), features.columns}, features.exact);
  return {"<f4",
          {features.rows(), features.columns},
          {reinterpret_cast<const char*>(features.values.data()),
           features.values.size() * sizeof(float)}};
}

// Integers and float64 are kept exactly.
Features as_features(const NpyArray& array, const std::string& what) {
  check(array.extents.size() == 2 && array.extents[1] > 0, what, ": is ", array.type, " ",
        engine::Shape(array.extents), "; features must be [N, n], one row per image");
  Features features{array.extents[1]};
  const std::vector<double> numbers = array.doubles(what);
  if (array.type == "<f4" || array.type == "<f2")
    features.values.assign(numbers.begin(), numbers.end());
  else
    features.exact = numbers;
  const Index bad = features.first_not_finite();
  check(bad < 0, what, ": row ", bad, " is not finite");
  return features;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

NpyArray as_array(const std::string& text) {
  return {"|u1", {static_cast<Index>(text.size())}, text};
}

bool is_npy(const std::string& bytes) { return bytes.starts_with("\x93NUMPY"); }

// The name of an array that needs none.
std::string unnamed_in(const Npz& file) {
  for (const char* usual : {"arr_0", "images"})
    if (file.has(usual)) return usual;
  std::vector<std::string> names = file.names();
  std::erase_if(names, [](const auto& name) { return name == "labels" || name == "classes"; });
  check(names.size() == 1, file.path(), ": holds ", names.size(),
        " arrays; expected images in arr_0 or images, features in features or logits, statistics "
        "in mu and sigma");
  return names[0];
}

std::vector<std::string> class_names_of(const Npz& file) {
  try {
    return lines_of(file.array("classes").bytes);
  } catch (const engine::Error&) {
    engine::fail(file.path(),
                 ": array 'classes': expected class names as bytes, one name per line, as from "
                 "numpy.frombuffer(b'cat\\ndog', 'u1')");
  }
}

}  // namespace

ArrayFile::ArrayFile(const std::string& path) : path_(path) {
  std::string bytes = engine::read_file(path);
  if (is_npy(bytes))
    npy_ = std::move(bytes);
  else
    npz_.emplace(std::move(bytes), path);
}

NpyArray ArrayFile::unnamed() const {
  return npz_ ? npz_->array(unnamed_in(*npz_)) : parse_npy(npy_, path_);
}

Labels ArrayFile::labels(Index rows) const {
  constexpr Index kMostClasses = 1 << 20;
  Labels read;
  if (!npz_ || !npz_->has("labels")) return read;
  const std::string what = path_ + ": array 'labels'";
  const std::vector<double> labels = npz_->array("labels").doubles(what);
  check(static_cast<Index>(labels.size()) == rows, path_, ": has ", rows, " rows and ",
        labels.size(), " labels");
  const bool named = npz_->has("classes");
  if (named) read.class_names = class_names_of(*npz_);
  const Index classes = named ? static_cast<Index>(read.class_names.size()) : kMostClasses;
  for (const double label : labels) {
    const bool fits =
        label >= 0 && label < static_cast<double>(classes) && label == std::floor(label);
    check(fits, what, ": label ", label, " is not a class number from 0 to ", classes - 1);
    read.labels.push_back(static_cast<int>(label));
  }
  if (!named && !labels.empty())
    for (int i = 0; i <= std::ranges::max(read.labels); ++i)
      read.class_names.push_back(std::to_string(i));
  return read;
}

Contents contents_of(const std::string& path) {
  const auto kind = [&](const NpyArray& array) {
    const std::size_t axes = array.extents.size();
    if (axes == 2) return Contents::features;
    const bool pixels = axes == 4 && (array.extents[3] == 3 || array.extents[1] == 3);
    check(array.is_whole() || pixels || axes < 2, path, ": is ", array.type, " ",
          engine::Shape(array.extents), ", ", axes - 2, axes == 3 ? " axis" : " axes",
          " too many for features, which are [N, n]; reshape it to (", array.extents[0], ", -1)");
    return Contents::images;
  };
  const ArrayFile file(path);
  const auto has = [&](const char* name) { return file.npz() && file.npz()->has(name); };
  if (has("mu") || has("sigma")) return Contents::statistics;
  if (has("features") || has("logits")) return Contents::features;
  return kind(file.unnamed());
}

FeatureFile read_features(const std::string& path) {
  const ArrayFile arrays(path);
  if (!arrays.npz()) return {.features = as_features(arrays.unnamed(), path)};
  const Npz& file = *arrays.npz();
  const auto named = [&](const std::string& name) {
    return as_features(file.array(name), path + ": array '" + name + "'");
  };
  FeatureFile read;
  if (!file.has("features") && !file.has("logits")) read.features = named(unnamed_in(file));
  if (file.has("features")) read.features = named("features");
  if (file.has("logits")) read.logits = named("logits");
  const Index rows = std::max(read.features.rows(), read.logits.rows());
  for (const Features* each : {&read.features, &read.logits})
    check(each->columns == 0 || each->rows() == rows, path, ": has ", read.features.rows(),
          " rows of features and ", read.logits.rows(), " of logits");
  if (file.has("network")) read.network = file.array("network").bytes;
  Labels labels = arrays.labels(rows);
  read.labels = std::move(labels.labels);
  read.class_names = std::move(labels.class_names);
  return read;
}

void write_features(const std::string& path, const FeatureFile& file) {
  std::map<std::string, NpyArray> arrays;
  if (file.features.columns > 0) arrays["features"] = as_array(file.features);
  if (file.logits.columns > 0) arrays["logits"] = as_array(file.logits);
  if (!file.network.empty()) arrays["network"] = as_array(file.network);
  if (!file.labels.empty()) {
    std::string names;
    for (const std::string& name : file.class_names) names += name + "\n";
    arrays["classes"] = as_array(names);
    arrays["labels"] = NpyArray::from({static_cast<Index>(file.labels.size())},
                                      {file.labels.begin(), file.labels.end()});
  }
  engine::write_file(path, write_npz(arrays));
}

}  // namespace gan::metrics
