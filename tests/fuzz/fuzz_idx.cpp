// Fuzz target: the bytes as the two IDX files of a test split. The first two bytes are the length
// of the label file.
#include <algorithm>

#include "datasets/dataset.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const std::size_t length =
      static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]);
  bytes.remove_prefix(2);
  const std::string_view labels = bytes.substr(0, std::min(length, bytes.size()));
  folder().write("t10k-labels-idx1-ubyte.gz", std::string(labels));
  folder().write("t10k-images-idx3-ubyte.gz", std::string(bytes.substr(labels.size())));
  (void)datasets::open("mnist:" + folder().path(), {.test = true});
}
