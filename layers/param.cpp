#include "layers/param.h"

#include <cstdio>
#include <sstream>

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
  ++version_;
  return *this;
}

LinearMap Param::map() const {
  engine::check(map_.has_value(), "parameter: a layer's map is known once it has been used");
  return map_->with(raw_);
}

// States made for another input size are of no use: they start again. A network that sees two
// sizes by turns says so once, not at every turn.
void Param::settle(const LinearMap& map) const {
  if (map_ && map_->domain() != map.domain()) {
    const std::vector<State*> stale = states();
    if (!stale.empty() && !told_of_size_) {
      std::ostringstream text;
      text << "note: a constrained layer now sees inputs of " << map.domain() << " instead of "
           << map_->domain() << "; its power iteration starts again\n";
      std::fputs(text.str().c_str(), stderr);
      told_of_size_ = true;
    }
    for (State* state : stale) state->reset();
    ++evaluation_;
    advanced_ = 0;
  }
  map_ = map;
  if (seen_version_ != version_) ++evaluation_;
  seen_version_ = version_;
}

const Tensor& Param::value(const LinearMap& map) const {
  if (chain_.empty()) {
    map_ = map;
    return raw_;
  }
  settle(map);
  const bool advance = !evaluating() && (advanced_ != version_ || engine::never_done(advanced_in_));
  if (advance) {
    advanced_ = version_;
    advanced_in_ = engine::capture_epoch();
    ++evaluation_;
  }
  Memo& memo = memo_[engine::recording()];
  if (memo.evaluation != evaluation_ || memo.epoch != engine::capture_epoch()) {
    const Eval still(!advance);  // the second evaluation of a step uses the states as they are
    LinearMap constrained = map;
    for (const Constraint& constraint : chain_) constrained.weight = constraint(constrained);
    memo = {constrained.weight, evaluation_, engine::capture_epoch()};
  }
  return memo.value;
}

void Param::assign(const Tensor& values) {
  raw_.write(values);
  for (State* state : states()) state->reset();
  for (const Constraint& constraint : chain_) constraint.attach(raw_);
  changed();
}

void Param::stepped() {
  const engine::NoGrad constant;
  for (const Constraint& constraint : chain_) {
    const Tensor projected = constraint.project(raw_);
    if (projected.defined()) raw_.write(projected);
  }
  changed();
}

void Param::move_into(const Tensor& block, Index offset) {
  const Tensor place = Tensor::view(block, offset, raw_.shape());
  place.write(raw_);
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
