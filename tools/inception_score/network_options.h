// The options that say how a network is used: its values, the numbers it takes, its size.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "gan/metrics/choice.h"

namespace inception_score {

class NetworkOptions {
 public:
  explicit NetworkOptions(CLI::App& app);  // adds them; must outlive the parsing
  // Errors: engine::Error where a text is not what its option takes.
  void read(gan::metrics::ClassifierOptions& options) const;

 private:
  std::string features_, logits_, range_, mean_, deviation_, size_;
  bool bgr_ = false, rgb_ = false;
};

}  // namespace inception_score
