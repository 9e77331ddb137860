#include "tools/wasserstein/point_set.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "engine/engine.h"
#include "gan/metrics/features_file.h"
#include "gan/metrics/finite.h"
#include "gan/metrics/random_order.h"
#include "tools/inception_score/image_set.h"

namespace wasserstein {
namespace {

namespace fs = std::filesystem;
using engine::check;
using engine::Real;
using engine::Tensor;

constexpr const char* kTensors = ".safetensors";

bool is_tensors(const std::string& spec) {
  const std::size_t at = spec.rfind(kTensors);
  if (at == std::string::npos) return false;
  const std::size_t end = at + std::string(kTensors).size();
  return end == spec.size() || spec[end] == ':';
}

// The tensor that "FILE.safetensors:TENSOR" names, or the only one.
Tensor read_tensor(const std::string& spec) {
  const std::size_t end = spec.rfind(kTensors) + std::string(kTensors).size();
  const std::string path = spec.substr(0, end);
  const std::string name = end < spec.size() ? spec.substr(end + 1) : "";
  const engine::TensorFile file = engine::load(path);
  if (name.empty()) {
    check(file.tensors.size() == 1, path, ": holds ", file.tensors.size(),
          " tensors; name one: ", path, ":NAME");
    return file.tensors.begin()->second;
  }
  const Tensor* tensor = file.find(name);
  check(tensor, path, ": there is no tensor '", name, "' in it");
  return *tensor;
}

// Those of the points that --count asks for.
void choose(PointSet& set, const PointOptions& options) {
  const Index all = set.points.dim(0), count = options.count.value_or(all);
  check(count <= all, set.spec, ": has ", all, " points, fewer than --count ", count);
  set.selection = "all";
  if (count == all) return;
  std::vector<Index> chosen = gan::metrics::RandomOrder(2020).subset(all, count);
  std::ranges::sort(chosen);
  const Index dimension = set.points.dim(1);
  const std::vector<Real> values = set.points.values();
  std::vector<Real> kept;
  for (const Index i : chosen)
    kept.insert(kept.end(), values.begin() + i * dimension, values.begin() + (i + 1) * dimension);
  set.points = Tensor::from({count, dimension}, kept);
  set.selection = std::to_string(count) + " of " + std::to_string(all) +
                  ", by RandomState(2020).choice, in order";
}

Tensor as_points(const Tensor& x, const std::string& spec) {
  check(x.rank() > 0 && x.size() > 0, spec, ": ", x.shape(), " holds no points");
  return reshape(x, {x.dim(0), -1});
}

gan::metrics::NpyArray array_of(const std::string& path) {
  const gan::metrics::ArrayFile file(path);
  const bool features = file.npz() && file.npz()->has("features");
  return features ? file.npz()->array("features") : file.unnamed();
}

bool is_images(const gan::metrics::NpyArray& array) {
  const std::vector<Index>& extents = array.extents;
  return array.is_whole() && extents.size() == 4 && (extents[3] == 1 || extents[3] == 3);
}

Tensor read_array(const gan::metrics::NpyArray& array, const std::string& path) {
  const std::vector<double> values = array.doubles(path);
  return Tensor::from(engine::Shape(array.extents), {values.begin(), values.end()});
}

// One point an image.
void read_images(PointSet& set, const PointOptions& options) {
  inception_score::Options images;
  images.resize = options.resize;
  images.seed = options.seed;
  images.count = options.count;
  images.keep_grey = true;
  if (set.spec.starts_with("run:") && !images.count) images.count = kDrawn;
  const inception_score::ImageSet read = inception_score::open_images(set.spec, images);
  std::vector<Real> values;
  for (Index i = 0; i < read.size(); ++i)
    for (const char pixel : read.read(i).pixels)
      values.push_back(static_cast<Real>(static_cast<unsigned char>(pixel)) / Real(127.5) - 1);
  set.points = Tensor::from({read.size(), static_cast<Index>(values.size()) / read.size()}, values);
  set.contents = "images " + read.extents() + "x" + std::to_string(read.images->channels()) +
                 ", pixels from -1 to 1";
  set.selection = read.selection;
}

}  // namespace

PointSet open_points(const std::string& spec, const PointOptions& options) {
  PointSet set{.spec = spec, .contents = "points", .selection = {}, .points = {}};
  if (is_tensors(spec)) {
    set.points = as_points(read_tensor(spec), spec);
  } else if (fs::is_regular_file(spec)) {
    const gan::metrics::NpyArray array = array_of(spec);
    if (!is_images(array)) set.points = as_points(read_array(array, spec), spec);
  }
  if (set.points.defined())
    choose(set, options);
  else
    read_images(set, options);
  check(gan::metrics::all_finite(set.points.values()), spec, ": holds values that are not finite");
  return set;
}

}  // namespace wasserstein
