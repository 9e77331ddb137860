// Features kept on disk by content: what they depend on, network, preprocessing, precision and
// images, names the file, so that nothing can be out of date.
//
// One safetensors file each, written beside and renamed, with the key in full and a digest of the
// numbers: a file that does not match in every respect is passed over. A cache that cannot be
// written is done without. Delete the folder whenever you like.
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
