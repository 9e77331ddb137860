#include "gan/metrics/content_hash.h"

#include <cstdint>
#include <vector>

#include "gan/metrics/sha256.h"

namespace gan::metrics {

std::string content_hash(const datasets::Dataset& images) {
  Sha256 hash;
  hash.add(std::to_string(images.size()) + " " + std::to_string(images.height()) + " " +
           std::to_string(images.width()) + " " + std::to_string(images.channels()) + "\n");
  std::vector<std::uint8_t> image(images.image_size());
  for (engine::Index i = 0; i < images.size(); ++i) {
    images.read(i, image.data());
    hash.add({reinterpret_cast<const char*>(image.data()), image.size()});
  }
  return hash.hex();
}

}  // namespace gan::metrics
