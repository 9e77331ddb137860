// What inception_score is asked for on its command line.
#pragma once

#include <optional>
#include <string>

#include "gan/metrics/classifier.h"

namespace inception_score {

using engine::Index;

struct Options {
  std::string graph, images;
  gan::metrics::ClassifierOptions classifier = {};

  // Image sets.
  int resize = 0;                   // the middle square, resized; 0: as they are
  std::optional<Index> count = {};  // none: all; of a run 50,000
  std::uint64_t seed = 0;           // of a run's noise
  bool averaged = true;             // a run's moving average, not the generator itself

  // What is computed.
  Index splits = 10;
  std::optional<std::uint32_t> shuffle = 2020;
  std::string fid, kid, pr, save_stats;  // "": not asked for
  Index kid_subsets = 100, kid_size = 1000, neighbours = 3;

  Index batch = 32;
  std::string device = "cpu", precision = "highest";
  std::string cache;  // a folder; "": none
  bool json = false;
};

}  // namespace inception_score
