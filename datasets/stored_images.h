// StoredImages: a Dataset whose images are contiguous in memory.
// Memory: size * height * width * channels bytes, and an int per label.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "datasets/dataset.h"

namespace datasets {

class StoredImages : public Dataset {
 public:
  // `pixels` holds info.size images of [height, width, channels]; `labels` one class for each.
  StoredImages(Info info, std::string pixels, std::vector<int> labels)
      : Dataset(std::move(info)), pixels_(std::move(pixels)), labels_(std::move(labels)) {}

  void read(Index i, std::uint8_t* pixels) const override {
    std::memcpy(pixels, pixels_.data() + i * image_size(), image_size());
  }
  int label(Index i) const override { return labels_[i]; }

 private:
  std::string pixels_;
  std::vector<int> labels_;
};

}  // namespace datasets
