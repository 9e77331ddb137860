// Param: a trained tensor with the chain of constraints that turns its raw values into those a
// layer uses. The chain is evaluated once per optimizer step and shared: D(real), D(fake) and a
// penalty see the same weight, and a power iteration advances once. A copy of a Param is an
// independent parameter, including constraints and states. value() is not const, because it may
// advance states, which are saved; for the same reason, calling a layer with constraints is not.
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
  const engine::Tensor& raw() const { return raw_; }  // the tensor to differentiate with respect to

  // The raw values passed through the chain, as the weight of `map` (a map of raw()). In training
  // the first evaluation of a step advances the states; later ones share its result.
  const engine::Tensor& value(const LinearMap& map);

  // Overwrites the raw values in place; resets power iterations.
  void assign(const engine::Tensor& values);
  // Moves the values into `block` from `offset` on. The owner of the block must report changes by
  // calling changed() or stepped().
  void move_into(const engine::Tensor& block, engine::Index offset);
  const engine::Tensor& block() const { return block_; }  // empty before move_into
  engine::Index offset() const { return offset_; }
  void changed();
  void stepped();  // after an optimizer step: also applies projections (weight clipping)
  // Then, for an optimizer: adds the power iteration that can run with those of other parameters.
  void advance(PowerIterations& together);

  // Whether the states of the constraints have advanced for the current raw values. Saved in
  // checkpoints: a resumed run must not advance them a second time.
  bool advanced() const { return advanced_; }
  void set_advanced(bool advanced) { advanced_ = advanced; }

  // The map of the last call of value(), with the raw weight: the layer's actual geometry and input
  // size. Errors: the layer has not been used yet.
  LinearMap map() const;
  const std::vector<Constraint>& constraints() const { return chain_; }
  std::vector<engine::State*> states() const;  // of its constraints

 private:
  // The trap: a value computed without grad mode is not on the tape, and would silently stop the
  // gradient of later users. On the tape it serves both.
  struct Memo {
    engine::Tensor value;
    std::uint64_t generation = 0;  // a captured step may have replayed since (capture.h)
    bool on_tape = false;
    bool serves() const {
      return generation == engine::generation() && (on_tape || !engine::grad_mode());
    }
  };
  void see(const LinearMap& map);

  engine::Tensor raw_, block_;
  engine::Index offset_ = 0;
  std::vector<Constraint> chain_;
  engine::Noted<bool> advanced_;  // whether the states have advanced for these raw values
  Memo memo_;                     // for these raw values and this input size
  std::optional<LinearMap> map_;  // last asked for
  bool told_of_size_ = false;     // whether a notice has reported a new input size
};

}  // namespace layers
