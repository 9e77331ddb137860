// Progress: what a person watching sees on stderr. On a terminal one line that is drawn anew, with
// a bar; elsewhere (a log file) a plain line every ten seconds or so. The losses are the last that
// were read: showing them costs the training nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gan/trainer.h"

namespace gan {

class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Progress {
 public:
  // `unit`: what is counted.
  Progress(Index first, Index last, const char* unit = "step");
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void losses(const LossMeans& losses) { losses_ = losses; }
  // After each step; seconds_left is a bound from elsewhere (--minutes), infinite if there is none.
  void step(Index step, double seconds_left);

 private:
  std::string line(Index step, double seconds_left) const;

  const Index first_, last_;
  const char* const unit_;
  const bool terminal_;
  Clock clock_;
  double shown_ = 0;  // when a line was last shown
  std::optional<LossMeans> losses_;
  bool drawn_ = false;
};

}  // namespace gan
