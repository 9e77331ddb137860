// Fuzz target: the bytes as a file of features, of statistics or of images, as a SPEC of
// inception_score is read: what it holds, then that.
#include "engine/check.h"
#include "gan/metrics/features_file.h"
#include "gan/metrics/statistics_file.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  using namespace gan::metrics;
  const std::string path = folder().write("features", std::string(bytes));
  switch (contents_of(path)) {
    case Contents::features: {
      const FeatureFile file = read_features(path);
      write_features(folder() / "again", file);
      (void)read_features(folder() / "again");
      break;
    }
    case Contents::statistics:
      (void)read_statistics(path);
      break;
    case Contents::images:
      const ArrayFile arrays(path);
      const NpyArray images = arrays.unnamed();
      if (!images.extents.empty()) (void)arrays.labels(images.extents[0]);
      if (images.is_whole()) (void)images.wholes();
      break;
  }
}
