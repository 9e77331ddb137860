// The options that describe a network: names of its values, input range, input size.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "gan/metrics/choice.h"

namespace inception_score {

class NetworkOptions {
 public:
  explicit NetworkOptions(CLI::App& app);  // adds them; must outlive the parsing
  // Errors: engine::Error for an invalid option value.
  void read(gan::metrics::ClassifierOptions& options) const;

 private:
  std::string features_, logits_, range_, mean_, deviation_, size_;
  bool bgr_ = false, rgb_ = false;
};

}  // namespace inception_score
