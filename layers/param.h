// Param: a tensor that is trained, with the chain of constraints that turns its raw values into the
// ones a layer uses. The chain is evaluated once per optimizer step and shared: D(real), D(fake)
// and a penalty see the same weight, and a power iteration advances once. A copy of a Param is a
// parameter of its own, with constraints and states of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layers/constraint.h"

namespace layers {

class Param {
 public:
  Param() = default;  // no parameter: a layer without a bias
  explicit Param(const engine::Tensor& initial, std::vector<Constraint> chain = {});
  Param(const Param& other);
  Param& operator=(const Param& other);

  bool defined() const { return raw_.defined(); }
  const engine::Tensor& raw() const { return raw_; }  // what gradients are taken by

  // The raw values through the chain, as the weight of `map` (a map of raw()). Evaluated anew only
  // after the raw values, the recording mode or the map's input size has changed.
  const engine::Tensor& value(const LinearMap& map) const;

  // Overwrites the raw values in place; power iterations start again.
  void assign(const engine::Tensor& values);
  // The values now live in `block` from `offset` on, and whoever owns it says when they changed.
  void move_into(const engine::Tensor& block, engine::Index offset);
  const engine::Tensor& block() const { return block_; }  // empty before move_into
  engine::Index offset() const { return offset_; }
  void changed() { ++version_; }
  void stepped();  // changed by an optimizer: projections (weight clipping) are applied

  // Whether the states of the constraints have advanced for the raw values as they are. Kept in
  // checkpoints: a resumed run must not advance them a second time.
  bool advanced() const { return advanced_ == version_; }
  void set_advanced(bool advanced) {
    advanced_ = advanced ? version_ : 0;
    advanced_in_ = 0;
  }

  // The map that value() was last asked for, with the raw weight: the layer's real geometry and
  // input size. Errors: the layer has not been used yet.
  LinearMap map() const;
  const std::vector<Constraint>& constraints() const { return chain_; }
  std::vector<engine::State*> states() const;  // of its constraints

 private:
  // The trap: a value computed without recording has no graph, and used while recording it would
  // silently give a zero gradient. So there is one memo for each mode.
  struct Memo {
    engine::Tensor value;
    std::uint64_t evaluation = 0;  // which advance of the constraints' states it belongs to
    std::uint64_t epoch = 0;       // a captured step may have replayed since (capture.h)
  };
  void settle(const LinearMap& map) const;

  engine::Tensor raw_, block_;
  engine::Index offset_ = 0;
  mutable std::vector<Constraint> chain_;
  std::uint64_t version_ = 1;
  mutable std::uint64_t advanced_ = 0;     // the version for which the states last advanced
  mutable std::uint64_t advanced_in_ = 0;  // the capture epoch of that
  mutable std::uint64_t evaluation_ = 0;
  mutable std::optional<LinearMap> map_;  // last asked for
  mutable bool told_of_size_ = false;     // that the input size has changed
  mutable std::uint64_t seen_version_ = 0;
  mutable Memo memo_[2];  // without and with recording
};

}  // namespace layers
