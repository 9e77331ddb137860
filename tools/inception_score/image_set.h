// Sets of images from what the user names: a folder, cifar10:DIR, cifar10-test:DIR, mnist:DIR,
// mnist-test:DIR, shapes, shapes-test, a .npz of bytes [N, H, W, 3], or run:DIR, which draws from
// the generator of a checkpoint. All are in memory, as bytes.
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"
#include "tools/inception_score/options.h"

namespace inception_score {

struct ImageSet {
  std::string spec;
  std::unique_ptr<datasets::Dataset> images;
  std::string selection;  // "all", "1000 of 50000, ...", "drawn with seed 0, ..."
  std::string resize;     // "none", "middle square to 32x32"
  std::string sha256;     // of extents and pixels
  bool sorted = false;    // by class, of several
};

// Errors: names the spec, file or folder and what is wrong with it.
ImageSet open_images(const std::string& spec, const Options& options);

}  // namespace inception_score
