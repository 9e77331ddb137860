// Features in files, so that a score needs no network twice: NumPy's .npz with
//   features [N, n], logits [N, classes]    float32 or float64; either may be missing
//   labels [N], classes                     class of each row; names, one a line (optional)
//   network                                 what they come from, as JSON (optional)
// or one array of numbers [N, n] in a .npy or .npz, which are features.
// Cost: the file in memory, twice while it is read. Errors: name the file, and what is missing,
// does not fit together or is not finite.
#pragma once

#include <string>
#include <vector>

#include "gan/metrics/features.h"

namespace gan::metrics {

// What a .npz or .npy holds, by the names and shapes of its arrays.
enum class Contents { images, features, statistics };
Contents contents_of(const std::string& path);

struct FeatureFile {
  Features features = {}, logits = {};
  std::vector<int> labels = {};
  std::vector<std::string> class_names = {};
  std::string network = {};  // "": not known
};

FeatureFile read_features(const std::string& path);
void write_features(const std::string& path, const FeatureFile& file);

}  // namespace gan::metrics
