// What inception_score is asked for on its command line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gan/metrics/classifier.h"
#include "tools/inception_score/scores.h"

namespace inception_score {

struct Options {
  std::string graph;                // "": only files of features are scored
  std::vector<std::string> images;  // sets that are scored
  gan::metrics::ClassifierOptions classifier = {};

  // Image sets.
  int resize = 0;                   // the middle square, resized; 0: as they are
  int resize_advice = 0;            // what messages suggest: the network's own size
  std::string resize_as;            // a name of gan::metrics::resizers(); "": as the network does
  std::optional<Index> count = {};  // none: all; of a run 50,000
  std::uint64_t seed = 0;           // of a run's noise
  bool keep_grey = false;           // images of one channel do not become three
  bool averaged = true;             // a run's moving average, not the generator itself

  // What is computed.
  ScoreOptions scores = {};
  std::map<std::string, std::string> references =
      {};  // key of a score -> SPEC; none: not asked for
  bool by_class = false;
  Index resamples = 0;  // of the bootstrap; 0: no confidence
  double confidence = 0.95;

  // What is kept.
  std::string save_stats, save_features;  // files; "": none
  bool force = false;                     // replace these
  std::string cache;                      // a folder; "": nothing is written

  std::optional<Index> batch = {};  // none: what suits the device
  std::string device = "cpu", precision = "highest";
  bool json = false;

  // On a CPU Inception-v3 takes 300 MB at 8 images, 800 MB at 32; a GPU wants more at a time.
  Index batch_size() const { return batch.value_or(device == "cpu" ? 8 : 64); }
};

}  // namespace inception_score
