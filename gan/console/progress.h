// Progress: the progress display on stderr. On a terminal it is one line with a bar, redrawn;
// elsewhere (a log file) a plain line about every ten seconds. Besides the rate and the time left
// it shows a note from the caller, such as the latest losses. Of several processes under mpirun,
// rank 0 shows it.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "engine/real.h"

namespace gan::console {

using engine::Index;

class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// "  2m05s left"; nothing for a year or more, for infinity (before the first step) and for NaN.
std::string time_left(double seconds);

class Progress {
 public:
  // From `first` to `last` units, each called `unit` ("step").
  Progress(Index first, Index last, std::string unit = "step");
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void note(std::string text) { note_ = std::move(text); }
  // Call after each step; seconds_left is an external limit (--minutes), infinite if there is none.
  void step(Index step, double seconds_left = std::numeric_limits<double>::infinity());

 private:
  std::string line(Index step, double seconds_left) const;

  const Index first_, last_;
  const std::string unit_;
  const bool terminal_;
  Clock clock_;
  double shown_ = 0;  // when a line was last shown
  std::string note_;
  bool drawn_ = false;
};

// A progress display for work that calls back now and then.
std::function<void(Index done, Index all)> show_progress(const std::string& unit);

}  // namespace gan::console
