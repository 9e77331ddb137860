#include "tools/wasserstein/bench.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "gan/console/progress.h"
#include "gan/console/usage.h"
#include "gan/metrics/features.h"

namespace wasserstein {
namespace {

constexpr double kProven = 1e-4;  // by how much a bound of 1 may exceed it, for rounding
constexpr double kErrors = 6;     // standard errors that sampling explains

// Seeds of the pair and of its truth lie far from those of trainings: no critic may start where the
// centers are.
constexpr std::uint64_t kPairSeeds = 0x7061697200000000, kTruthSeeds = 0x7472757400000000;

Pair open_pair(const BenchOptions& options) {
  if (!options.pair.empty()) return Pair::load(options.pair);
  engine::seed(kPairSeeds ^ options.pair_seed);
  return Pair::random(options.dimension, options.funnels);
}

std::string note_of(const std::string& name, std::uint64_t seed, double estimate) {
  char text[160];
  std::snprintf(text, sizeof(text), "%s, seed %llu, estimate %.4f", name.c_str(),
                static_cast<unsigned long long>(seed), estimate);
  return text;
}

}  // namespace

bool CriticResult::certified() const {
  return std::ranges::all_of(runs, [](const Measured& m) { return m.bound <= 1 + kProven; });
}

std::vector<std::string> BenchResult::contradictions() const {
  std::vector<std::string> lines;
  for (const CriticResult& each : critics)
    for (const Measured& m : each.runs) {
      const double error = std::hypot(truth.error, m.w1.error / m.bound);
      if (m.finite() && m.w1.mean / m.bound > truth.mean + kErrors * error)
        lines.push_back(each.critic.name +
                        ": its estimate / bound exceeds the true distance by more than " +
                        "sampling explains");
    }
  return lines;
}

BenchResult bench(const BenchOptions& options) {
  BenchResult result{.pair = open_pair(options), .truth = {}};
  const Pair& pair = result.pair;
  if (!options.picture.empty() && pair.dimension() != 2)
    throw gan::console::UsageError("--picture takes a pair of 2 dimensions, this one has " +
                                   std::to_string(pair.dimension()) + ": leave it out");
  engine::seed(kTruthSeeds ^ options.pair_seed);
  result.truth = pair.distance(kTruthSamples);
  result.published = published(pair.dimension(), pair.funnels());
  const Index each = options.training.iterations;
  Index done = 0;
  gan::console::Progress progress(
      0, each * options.seeds * static_cast<Index>(options.critics.size()), "iteration");
  for (const Critic& critic : options.critics) {
    CriticResult found{.critic = critic,
                       .size = size_of(critic, pair, options.training),
                       .adam = adam_of(critic, options.training)};
    for (Index s = 0; s < options.seeds; ++s) {
      TrainingOptions training = options.training;
      training.seed += static_cast<std::uint64_t>(s);
      Trained trained =
          train_and_measure(critic, pair, training, [&](Index iteration, double estimate) {
            progress.note(note_of(critic.name, training.seed, estimate));
            progress.step(done + iteration);
          });
      found.runs.push_back(trained.measured);
      if (s == 0) found.first = std::move(trained.network);
      done += each;
    }
    result.critics.push_back(std::move(found));
  }
  return result;
}

Spread over_seeds(const CriticResult& result, const std::function<double(const Measured&)>& value) {
  std::vector<double> values;
  for (const Measured& m : result.runs) values.push_back(value(m));
  const gan::metrics::Estimate found = gan::metrics::estimate(values);
  return {found.mean, found.deviation};
}

}  // namespace wasserstein
