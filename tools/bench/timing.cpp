#include "tools/bench/timing.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/engine.h"

namespace bench {

double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  engine::zeros({1}).item();  // waits for an asynchronous device
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<double> median_of(const std::vector<Timed>& timed, int rounds) {
  std::vector<std::vector<double>> taken(timed.size());
  for (const Timed& one : timed) one();
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < timed.size(); ++i) {
      // The previous case's threads spin for a while, and this one's must wake up: an uncounted run
      // absorbs both.
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      timed[i]();
      taken[i].push_back(timed[i]());
    }
  std::vector<double> medians;
  for (std::vector<double>& times : taken) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    medians.push_back(*middle);
  }
  return medians;
}

std::vector<double> median_seconds(const std::vector<Work>& works, int rounds) {
  std::vector<Timed> timed;
  for (const Work& work : works) timed.push_back([&work] { return seconds_of(work); });
  return median_of(timed, rounds);
}

}  // namespace bench
