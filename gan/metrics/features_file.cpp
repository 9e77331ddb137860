#include "gan/metrics/features_file.h"

#include <algorithm>
#include <cstring>

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

Features as_features(const NpyArray& array, const std::string& what) {
  check(array.extents.size() == 2 && array.extents[1] > 0 && array.type != "|u1", what, ": is ",
        array.type, " ", engine::Shape(array.extents),
        "; features are float32 or float64 [images, features]");
  Features features{array.extents[1]};
  if (array.type == "<f8") {
    features.exact = array.doubles();
  } else {
    features.values.resize(static_cast<std::size_t>(array.size()));
    if (array.size() > 0)
      std::memcpy(features.values.data(), array.bytes.data(), array.bytes.size());
  }
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

// The array of a file that names none: the only one, or the one called arr_0 or images.
std::string unnamed(const Npz& file) {
  for (const char* usual : {"arr_0", "images"})
    if (file.has(usual)) return usual;
  const std::vector<std::string> names = file.names();
  check(names.size() == 1, file.path(), ": holds ", names.size(),
        " arrays; images are looked for in one called arr_0 or images, features in features or "
        "logits, statistics in mu and sigma");
  return names[0];
}

}  // namespace

Contents contents_of(const std::string& path) {
  std::string bytes = engine::read_file(path);
  const auto kind = [](const NpyArray& array) {
    return array.extents.size() == 2 && array.type != "|u1" ? Contents::features : Contents::images;
  };
  if (is_npy(bytes)) return kind(parse_npy(bytes, path));
  const Npz file(std::move(bytes), path);
  if (file.has("mu") || file.has("sigma")) return Contents::statistics;
  if (file.has("features") || file.has("logits")) return Contents::features;
  return kind(file.array(unnamed(file)));
}

FeatureFile read_features(const std::string& path) {
  std::string bytes = engine::read_file(path);
  if (is_npy(bytes)) return {.features = as_features(parse_npy(bytes, path), path)};
  const Npz file(std::move(bytes), path);
  const auto named = [&](const std::string& name) {
    return as_features(file.array(name), path + ": array '" + name + "'");
  };
  if (!file.has("features") && !file.has("logits")) return {.features = named(unnamed(file))};
  FeatureFile read;
  if (file.has("features")) read.features = named("features");
  if (file.has("logits")) read.logits = named("logits");
  const Index rows = std::max(read.features.rows(), read.logits.rows());
  for (const Features* each : {&read.features, &read.logits})
    check(each->columns == 0 || each->rows() == rows, path, ": has ", read.features.rows(),
          " rows of features and ", read.logits.rows(), " of logits");
  if (file.has("network")) read.network = file.array("network").bytes;
  if (!file.has("labels")) return read;
  if (file.has("classes")) read.class_names = lines_of(file.array("classes").bytes);
  const std::vector<double> labels = file.array("labels").doubles();
  check(static_cast<Index>(labels.size()) == rows, path, ": has ", rows, " rows and ",
        labels.size(), " labels");
  for (const double label : labels) {
    const bool fits = label >= 0 && label < static_cast<double>(read.class_names.size()) &&
                      label == static_cast<int>(label);
    check(fits, path, ": label ", label, " is not the number of one of ", read.class_names.size(),
          " classes");
    read.labels.push_back(static_cast<int>(label));
  }
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
