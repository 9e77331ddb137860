#include "engine/random.h"

#include "engine/backend.h"
#include "engine/capture.h"
#include "engine/check.h"

namespace engine {
namespace {

RandomState state;

// The state for drawing n numbers, advancing past them; in a replay, that of the replay.
Live<RandomState> take(Index n) {
  return live<RandomState>([n] {
    const RandomState before = state;
    state.counter += static_cast<std::uint64_t>((n + 3) / 4);
    return before;
  });
}

}  // namespace

void seed(std::uint64_t value) { state = {value, 0}; }
RandomState random_state() { return state; }
void set_random_state(const RandomState& restored) { state = restored; }

Tensor uniform(const Shape& shape, Real low, Real high) {
  check(low <= high, "uniform: the range from ", low, " to ", high, " is empty");
  const Tensor out(shape);
  out.backend().uniform(take(out.size()), out.size(), low, high, out.data());
  return out;
}

Tensor normal(const Shape& shape, Real mean, Real deviation) {
  check(deviation >= 0, "normal: a deviation of ", deviation, " is not possible");
  const Tensor out(shape);
  out.backend().normal(take(out.size()), out.size(), mean, deviation, out.data());
  return out;
}

}  // namespace engine
