#include "layers/param.h"

#include <algorithm>

#include "layers/mode.h"

namespace layers {

using engine::Index;
using engine::State;
using engine::Tensor;

Param::Param(const Tensor& initial, std::vector<Constraint> chain)
    : raw_(initial.clone()), chain_(std::move(chain)) {
  for (const Constraint& constraint : chain_) constraint.attach(raw_);
}

Param::Param(const Param& other) { *this = other; }

Param& Param::operator=(const Param& other) {
  if (this == &other) return *this;
  raw_ = other.defined() ? other.raw_.clone() : Tensor();
  block_ = Tensor();
  chain_ = other.chain_;
  map_ = other.map_;
  changed();
  return *this;
}

LinearMap Param::map() const {
  engine::check(map_.has_value(),
                "parameter: a layer's map is unknown until the layer has been used");
  return map_->with(raw_);
}

// States of another input size are reset. A network that alternates between two sizes gives the
// notice once.
void Param::see(const LinearMap& map) {
  if (map_ && map_->domain() != map.domain() && !chain_.empty()) {
    const std::vector<State*> stale = states();
    if (!stale.empty() && !told_of_size_) {
      engine::notice("a constrained layer now sees inputs of ", map.domain(), " instead of ",
                     map_->domain(), "; restarting its power iteration");
      told_of_size_ = true;
    }
    for (State* state : stale) state->reset();
    changed();
  }
  map_ = map;
}

const Tensor& Param::value(const LinearMap& map) {
  see(map);
  if (chain_.empty()) return raw_;
  const bool advance = !evaluating() && !advanced_;
  if (advance || !memo_.serves()) {
    const Eval still(!advance);  // a second evaluation within a step uses the states unchanged
    LinearMap constrained = map;
    for (const Constraint& constraint : chain_) constrained.weight = constraint(constrained);
    memo_ = {constrained.weight, engine::generation(), engine::grad_mode()};
    if (advance) advanced_ = true;
  }
  return memo_.value;
}

void Param::changed() {
  for (const Constraint& constraint : chain_) constraint.changed();
  memo_ = {};
  advanced_ = false;
}

void Param::assign(const Tensor& values) {
  engine::overwrite(raw_, values);
  for (State* state : states()) state->reset();
  for (const Constraint& constraint : chain_) constraint.attach(raw_);
  changed();
}

void Param::stepped() {
  const engine::NoGrad constant;
  for (const Constraint& constraint : chain_) {
    const Tensor projected = constraint.project(raw_);
    if (projected.defined()) engine::overwrite(raw_, projected);
  }
  changed();
}

// The first constraint sees the raw values; states of others would need its result.
void Param::advance(PowerIterations& together) {
  if (chain_.empty() || evaluating()) return;
  const bool alone = std::all_of(chain_.begin() + 1, chain_.end(),
                                 [](const Constraint& c) { return c.states().empty(); });
  if (alone && chain_.front().advance(raw_, together)) advanced_ = true;
}

void Param::move_into(const Tensor& block, Index offset) {
  const Tensor place = Tensor::view(block, offset, raw_.shape());
  engine::overwrite(place, raw_);
  raw_ = place;
  block_ = block;
  offset_ = offset;
  changed();
}

std::vector<State*> Param::states() const {
  std::vector<State*> all;
  for (const Constraint& constraint : chain_)
    all.insert(all.end(), constraint.states().begin(), constraint.states().end());
  return all;
}

}  // namespace layers
