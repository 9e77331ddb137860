// The table of scores: one row each. Command line, help, checks, protocol, text and JSON follow.
//
// To add one: a function of Inputs and a row in scores.cpp; for its own options, members of
// ScoreOptions and rows in settings().
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gan/metrics/bootstrap.h"
#include "gan/metrics/frechet_line.h"

namespace inception_score {

using engine::Index;

struct ScoreOptions {
  Index splits = 10;
  std::optional<std::uint32_t> shuffle = 2020;  // none: the order given
  Index fid_points = 15;
  Index kid_subsets = 100, kid_subset_size = 1000, kid_degree = 3;
  std::optional<double> kid_gamma = {};  // none: 1 / features
  double kid_coef0 = 1, kid_sigma = 10;
  std::string kid_kernel = "poly";
  Index neighbours = 3, dc_neighbors = 5;
  std::uint32_t rng_seed = 2020;  // of subsets and resamples
};

// An option of one score, or of several.
struct Setting {
  const char* option;  // as CLI11 takes it: "--kid-degree,--kid-kernel-poly-degree"
  const char* key;     // in the JSON's protocol
  const char* label;   // in the text's
  const char* help;
  std::variant<Index ScoreOptions::*, double ScoreOptions::*, std::optional<double> ScoreOptions::*,
               std::string ScoreOptions::*>
      member;
  Index least = 1;                        // of whole numbers
  std::vector<std::string> choices = {};  // of a name
  const char* kernel = "";                // the kernel of KID that has it; "": all
  bool positive = false;                  // of a real number

  // Whether the score depends on it.
  bool counts(const ScoreOptions& options) const {
    return *kernel == '\0' || kernel == options.kid_kernel;
  }
};

// The inputs of a score. `made` are the images being scored.
struct Data {
  gan::metrics::Features features = {}, logits = {};  // either may be empty
  // Of the features, if needed; for a statistics file, the only data.
  std::optional<gan::metrics::FeatureStatistics> statistics = {};
  Index rows() const { return std::max(features.rows(), logits.rows()); }
};
struct Inputs {
  const Data& made;
  const Data* reference;  // null where the score needs none
  const ScoreOptions& options;
};

struct Value {
  const char* key;    // in the JSON's object of this score; "": its only value
  const char* label;  // in the text
  double value;
  std::optional<double> deviation = {};  // over splits or subsets
};
struct Result {
  std::vector<Value> values;
  std::optional<gan::metrics::FrechetLine> line = {};
  std::vector<gan::metrics::Interval> confidence = {};  // of each value, if asked for
};

// Of all rows, or of these rows of `made` and of the reference, as drawn by the bootstrap.
using Measure = std::function<Result(const gan::metrics::Resampled* rows)>;

struct Least {
  Index images;
  std::string reason;  // "are fewer than the 10 splits; use more images or --splits 5"
};

struct Score {
  const char* key;     // in the JSON
  const char* option;  // whose value is the reference; "": computed whenever there are logits
  const char* title;
  const char* help;
  bool statistics = false;  // the reference may be a file of mu and sigma
  std::vector<Setting> settings = {};
  std::function<Least(Index images, const ScoreOptions&)> least;
  std::function<Measure(const Inputs&)> measure;
  double lowest, highest;  // what its values can be; confidence ends there

  bool compares() const { return *option != '\0'; }
};

std::span<const Score> scores();

// The score and, if resamples are requested, its confidence interval.
Result compute(const Score& score, const Inputs& inputs,
               const std::optional<gan::metrics::BootstrapOptions>& bootstrap);

}  // namespace inception_score
