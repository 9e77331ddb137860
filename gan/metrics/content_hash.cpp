#include "gan/metrics/content_hash.h"

#include <cstdint>
#include <vector>

#include "gan/metrics/sha256.h"

namespace gan::metrics {

std::string content_hash(const datasets::Dataset& images) {
  if (const std::string kept = images.kept_hash(); !kept.empty()) return kept;
  Sha256 hash;
  hash.add(std::to_string(images.size()) + " " + std::to_string(images.height()) + " " +
           std::to_string(images.width()) + " " + std::to_string(images.channels()) + "\n");
  std::vector<std::uint8_t> image(images.image_size());
  for (engine::Index i = 0; i < images.size(); ++i) {
    images.read(i, image.data());
    hash.add({reinterpret_cast<const char*>(image.data()), image.size()});
  }
  const std::string hex = hash.hex();
  images.keep_hash(hex);
  return hex;
}

}  // namespace gan::metrics
