// capture: a training step as one replayable thing. A step is static: it reads no value back and
// always does the same work on the same addresses, so a device that can (CUDA graphs) records it
// once and replays it; the CPU calls the function.
//   auto step = capture([&] { ... });
//   for (...) step();
#pragma once

#include <utility>

namespace engine {

template <class Step>
class Captured {
 public:
  explicit Captured(Step step) : step_(std::move(step)) {}
  void operator()() { step_(); }

 private:
  Step step_;
};

template <class Step>
Captured<Step> capture(Step step) {
  return Captured<Step>(std::move(step));
}

}  // namespace engine
