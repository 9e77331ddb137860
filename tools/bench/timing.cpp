#include "tools/bench/timing.h"

#include <algorithm>
#include <chrono>

namespace bench {
namespace {

double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::vector<double> median_seconds(const std::vector<Work>& works, int rounds) {
  std::vector<std::vector<double>> taken(works.size());
  for (const Work& work : works) work();
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < works.size(); ++i) taken[i].push_back(seconds(works[i]));
  std::vector<double> medians;
  for (std::vector<double>& times : taken) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    medians.push_back(*middle);
  }
  return medians;
}

}  // namespace bench
