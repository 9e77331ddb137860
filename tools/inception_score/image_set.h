// Sets of images from what the user names: a folder, cifar10:DIR, cifar10-test:DIR, mnist:DIR,
// mnist-test:DIR, shapes, shapes-test, a .npy or .npz of whole numbers 0 .. 255 [N, H, W, 3 or 1]
// (with labels, perhaps), or run:DIR, which draws from the generator of a checkpoint. A
// folder as it is stays in its cache (datasets/image_cache.h); all else is in memory, as bytes.
// The images of a folder may differ in size if each is resized separately (--resize-as).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/image_file.h"
#include "tools/inception_score/options.h"

namespace inception_score {

struct ImageSet {
  std::string spec;
  std::unique_ptr<datasets::Dataset> images = {};  // of one size; null: these
  std::vector<datasets::Image> pictures = {};
  std::vector<int> labels = {};
  std::vector<std::string> class_names = {}, notes = {};
  std::string selection = "all";  // "1000 of 50000, ...", "drawn with seed 0, ..."
  std::string resize = "none";    // "center crop to 32x32"
  std::string sha256 = {};        // of extents and pixels
  bool sorted = false;            // by class, of several

  Index size() const { return static_cast<Index>(labels.size()); }
  datasets::Image read(Index i) const;
  std::string extents() const;  // "32x32", width first; "several sizes"
};

// The forms of a SPEC besides a folder.
std::vector<std::string> forms();

// Errors: names the spec, file or folder and what is wrong with it.
ImageSet open_images(const std::string& spec, const Options& options);

}  // namespace inception_score
