// Sets: the SPECs of the command line, each computed once: images for the network, a features file
// or a statistics file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/inception_score/image_set.h"
#include "tools/inception_score/network_info.h"

namespace inception_score {

// A set's entries in the protocol.
struct SetInfo {
  std::string spec, sha256, selection, extents, resize;
  Index count = 0;                  // 0: not known, as of statistics
  const char* contents = "images";  // or "features", "statistics"
  bool sorted = false;              // by class, of several
};

struct ScoredSet {
  SetInfo info;
  NetworkInfo network;
  Data data;
  std::vector<int> labels = {};
  std::vector<std::string> class_names = {};
};

class Sets {
 public:
  // `network` may be null where no set is of images.
  Sets(const gan::metrics::Classifier* network, const Options& options)
      : network_(network), options_(options) {}

  // Opens a set without running the network. Errors: it is missing, broken or empty. Notes about
  // skipped images go to stderr.
  const ScoredSet& open(const std::string& spec);
  // The set with its features; `statistics`: those too. The images are freed.
  const ScoredSet& get(const std::string& spec, bool statistics = false);
  // Frees a set's features; another `get` computes them again.
  void drop(const std::string& spec) { sets_.erase(spec); }

 private:
  struct Entry {
    ScoredSet set;
    std::unique_ptr<ImageSet> images;  // until they have gone through the network
    bool ready = false;
  };
  Entry& entry(const std::string& spec);
  void open_images_of(Entry& entry);

  const gan::metrics::Classifier* network_;
  const Options& options_;
  std::map<std::string, Entry> sets_;
};

// Whether a SPEC is a file of numbers, for which no network is needed.
bool is_numbers(const std::string& spec);

void warn(const std::string& text);  // on stderr

}  // namespace inception_score
