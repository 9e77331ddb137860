// Features in files, so that the network runs only once: a NumPy .npz with
//   features [N, n], logits [N, classes]    floats or whole numbers; either may be missing
//   labels [N], classes                     class of each row; names, one per line (optional; without
//                                           names, classes are called by their numbers)
//   network                                 what they come from, as JSON (optional)
// or a single array of features [N, n] in a .npy or .npz.
// Cost: the file in memory, twice while it is read. Errors: missing, inconsistent or non-finite
// data, naming the file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gan/metrics/features.h"
#include "gan/metrics/npy.h"
#include "gan/metrics/npz.h"

namespace gan::metrics {

// The classes of rows or images.
struct Labels {
  std::vector<int> labels = {};
  std::vector<std::string> class_names = {};
};

// A .npy or .npz, read once.
class ArrayFile {
 public:
  explicit ArrayFile(const std::string& path);
  const Npz* npz() const { return npz_ ? &*npz_ : nullptr; }  // null: a .npy
  // The array of a .npy; of a .npz, the only one but labels and classes, or arr_0 or images.
  NpyArray unnamed() const;
  // For this many rows or images; empty if the file has none.
  Labels labels(Index rows) const;

 private:
  std::string path_, npy_;
  std::optional<Npz> npz_;
};

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
