// bench: critics trained on a pair, each several times, beside the truth and published figures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tools/wasserstein/published.h"
#include "tools/wasserstein/training.h"

namespace wasserstein {

struct BenchOptions {
  std::string pair;                   // a file; "": a random one
  Index dimension = 2, funnels = 16;  // of the random one
  std::uint64_t pair_seed = 0;
  std::vector<Critic> critics;
  TrainingOptions training = {};
  Index seeds = 1;
  std::string picture;  // a folder; "": none
};

struct CriticResult {
  Critic critic;
  CriticSize size;
  layers::AdamOptions adam;
  std::vector<Measured> runs = {};  // one for each seed
  layers::Sequential first = {};    // the critic of the first

  bool certified() const;  // every bound is at most 1 + 1e-4
};

struct BenchResult {
  Pair pair;
  Estimate truth;
  std::vector<CriticResult> critics = {};
  std::vector<PublishedRow> published = {};

  // Estimates that exceed the truth times the certified bound by more than sampling explains, one
  // line each; empty if all is well.
  std::vector<std::string> contradictions() const;
};

constexpr Index kTruthSamples = 131'072;

// Shows progress on stderr. Errors: those of the pair; a picture of a pair that is not flat.
BenchResult bench(const BenchOptions& options);

// A mean and a deviation over seeds.
struct Spread {
  double mean, std;
};
Spread over_seeds(const CriticResult& result, const std::function<double(const Measured&)>& value);

std::string as_text(const BenchResult& result, const BenchOptions& options);
std::string as_json(const BenchResult& result, const BenchOptions& options);

// Draws the critics of the first seed beside the best one; returns a line for the user.
std::string draw(BenchResult& result, const std::string& folder);

}  // namespace wasserstein
