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
  engine::check(decay >= 0 && decay < 1, "ema: a decay rate of ", decay, " is not between 0 and 1");
  engine::Index size = 0, offset = 0;
  for (const Param* param : to_) size += param->raw().size();
  block_ = engine::zeros({size});
  for (Param* param : to_) {
    param->move_into(block_, offset);
    offset += param->raw().size();
  }
}

// The source's parameters, if an optimizer has put them side by side in the same order.
engine::Tensor Ema::source_block() const {
  if (from_.empty() || !from_[0]->block().defined()) return {};
  engine::Index offset = from_[0]->offset();
  for (const Param* param : from_) {
    if (param->block().node() != from_[0]->block().node() || param->offset() != offset) return {};
    offset += param->raw().size();
  }
  return engine::Tensor::view(from_[0]->block(), from_[0]->offset(), block_.shape());
}

void Ema::step() {
  if (const engine::Tensor source = source_block(); source.defined()) {
    engine::lerp(1 - decay_, source, block_);
  } else {
    for (std::size_t i = 0; i < to_.size(); ++i)
      engine::lerp(1 - decay_, from_[i]->raw(), to_[i]->raw());
  }
  for (Param* param : to_) param->changed();
  assign_each(states_to_, states_from_);
}

}  // namespace layers
