#include "engine/algorithm.h"

#include <array>
#include <atomic>

#include "engine/check.h"
#include "engine/choices.h"
#include "engine/filtering.h"

namespace engine {
namespace {

Algorithm chosen = Algorithm::automatic;

struct Row {
  const char* name;
  Algorithm algorithm;
};
constexpr Row kAlgorithms[] = {{"automatic", Algorithm::automatic},
                               {"direct", Algorithm::direct},
                               {"filtered", Algorithm::filtered}};

using Count = std::atomic<std::int64_t>;
Count direct_runs;
std::array<std::array<Count, kFilterCount>, kFilterCount> filtered_runs;

}  // namespace

void note_filtered(int filter_h, int filter_w) { ++filtered_runs[filter_h][filter_w]; }
void note_direct() { ++direct_runs; }

std::string algorithms_run() {
  std::string all;
  const auto add = [&](const std::string& name, Count& count) {
    const std::int64_t runs = count.exchange(0);
    if (runs > 0) all += (all.empty() ? "" : ", ") + name + " " + std::to_string(runs);
  };
  const auto both = [](int h, int w) { return std::to_string(h) + "x" + std::to_string(w); };
  add("direct", direct_runs);
  for (int h = 0; h < kFilterCount; ++h)
    for (int w = 0; w < kFilterCount; ++w)
      add("F(" + both(kFilters[h].outputs, kFilters[w].outputs) + ", " +
              both(kFilters[h].taps, kFilters[w].taps) + ")",
          filtered_runs[h][w]);
  return all;
}

Algorithm algorithm() { return chosen; }
void set_algorithm(Algorithm algorithm) { chosen = algorithm; }

Algorithm algorithm_named(const std::string& name) {
  for (const Row& row : kAlgorithms)
    if (row.name == name) return row.algorithm;
  fail("unknown algorithm '", name, "'; use ", alternatives(algorithm_names()));
}

std::vector<std::string> algorithm_names() { return names_of(kAlgorithms); }

}  // namespace engine
