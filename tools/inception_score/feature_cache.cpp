#include "tools/inception_score/feature_cache.h"

#include <cstdlib>
#include <exception>
#include <filesystem>

#include "engine/serialize.h"
#include "gan/metrics/sha256.h"
#include "tools/inception_score/sets.h"

namespace inception_score {
namespace {

namespace fs = std::filesystem;
using engine::Tensor;
using engine::TensorFile;
using gan::metrics::Features;
using gan::metrics::Sha256;

std::string digest(const Extracted& extracted) {
  Sha256 hash;
  for (const Features* each : {&extracted.features, &extracted.logits})
    hash.add(
        {reinterpret_cast<const char*>(each->values.data()), each->values.size() * sizeof(float)});
  return hash.hex();
}

void put(TensorFile& file, const char* name, const Features& features) {
  if (features.columns > 0)
    file.tensors[name] = Tensor::from({features.rows(), features.columns}, features.values);
}

Features take(const TensorFile& file, const char* name) {
  const Tensor* const found = file.find(name);
  if (found == nullptr || found->rank() != 2) return {};
  return {found->dim(1), found->values()};
}

}  // namespace

std::string FeatureCache::path(const std::string& key) const {
  return folder_ + "/features-" + Sha256::of(key).substr(0, 16) + ".safetensors";
}

std::optional<Extracted> FeatureCache::find(const std::string& key) const {
  std::error_code none;
  if (folder_.empty() || !fs::is_regular_file(path(key), none)) return std::nullopt;
  try {
    const TensorFile file = engine::load(path(key));
    Extracted extracted{take(file, "features"), take(file, "logits")};
    const auto says = [&](const char* name, const std::string& value) {
      const auto found = file.metadata.find(name);
      return found != file.metadata.end() && found->second == value;
    };
    if (!says("key", key) || !says("digest", digest(extracted))) return std::nullopt;
    return extracted;
  } catch (const std::exception&) {
    return std::nullopt;  // damaged, or another kind of file: computed again
  }
}

void FeatureCache::keep(const std::string& key, const Extracted& extracted) const {
  if (folder_.empty()) return;
  TensorFile file;
  put(file, "features", extracted.features);
  put(file, "logits", extracted.logits);
  file.metadata = {{"key", key}, {"digest", digest(extracted)}};
  std::error_code failed;
  fs::create_directories(folder_, failed);
  std::string why = failed ? folder_ + ": " + failed.message() : "";
  try {
    if (why.empty()) engine::save(path(key), file);
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (!why.empty()) warn("features are not cached: " + why);
}

std::string default_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache && *cache) return std::string(cache) + "/kantor";
  return home && *home ? std::string(home) + "/.cache/kantor" : "";
}

}  // namespace inception_score
