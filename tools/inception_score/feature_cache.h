// Features cached on disk by content: the file name is derived from network, preprocessing,
// precision and images, so entries are never out of date.
//
// One safetensors file each, written under a temporary name and renamed, with the full key and a
// digest of the numbers: a file that does not match completely is ignored. If the cache cannot be
// written, the program works without it. The folder may be deleted at any time.
#pragma once

#include <optional>
#include <string>

#include "gan/metrics/features.h"

namespace inception_score {

struct Extracted {
  gan::metrics::Features features, logits;  // either may be empty: the network has none
  gan::metrics::Index seen = 0;             // images that went through the network just now
};

class FeatureCache {
 public:
  explicit FeatureCache(std::string folder) : folder_(std::move(folder)) {}  // "": no cache

  std::optional<Extracted> find(const std::string& key) const;
  void keep(const std::string& key, const Extracted& extracted) const;
  std::string path(const std::string& key) const;

 private:
  std::string folder_;
};

std::string default_cache_folder();  // $XDG_CACHE_HOME/kantor or ~/.cache/kantor; "": neither

}  // namespace inception_score
