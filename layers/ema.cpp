#include "layers/ema.h"

#include "engine/update.h"

namespace layers {

Ema::Ema(engine::Real decay, Sequential& source)
    : decay_(decay),
      source_(source),
      average_(source),
      to_(parameters(average_)),
      from_(parameters(source_)),
      states_to_(states(average_)),
      states_from_(states(source_)) {
  engine::check(decay >= 0 && decay < 1, "ema: a decay of ", decay, " is not between 0 and 1");
}

void Ema::step() {
  for (std::size_t i = 0; i < to_.size(); ++i) {
    engine::lerp(1 - decay_, from_[i]->raw(), to_[i]->raw());
    to_[i]->changed();
  }
  for (std::size_t i = 0; i < states_to_.size(); ++i)
    if (states_from_[i]->defined()) states_to_[i]->assign(states_from_[i]->value());
}

}  // namespace layers
