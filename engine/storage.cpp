#include "engine/storage.h"

#include "engine/backend.h"
#include "engine/check.h"

namespace engine {
namespace {

// What a block of so many bfloat16 numbers takes, in Reals.
Index reals_of(Index narrow) {
  constexpr Index kInReal = sizeof(Real) / sizeof(Bfloat16);
  return (narrow + kInReal - 1) / kInReal;
}

}  // namespace

Storage::Storage(Backend& backend, Index elements, bool narrow)
    : backend_(backend), elements_(elements) {
  if (narrow) {
    narrow_ = reinterpret_cast<Bfloat16*>(backend.allocate(reals_of(elements)));
  } else {
    wide_ = backend.allocate(elements);
  }
}

Storage::~Storage() {
  if (wide_) backend_.release(wide_, elements_);
  release_narrow();
}

void Storage::release_narrow() {
  if (narrow_) backend_.release(reinterpret_cast<Real*>(narrow_), reals_of(elements_));
  narrow_ = nullptr;
}

Operand Storage::operand() {
  if (!narrow_) return wide_;
  if (capturing()) in_captured_step_ = true;
  return narrow_;
}

Real* Storage::data() {
  if (!narrow_ || widened_in_ == generation()) return wide_;
  // In a block of its own: a captured step must not write where others may release the block.
  Real* const copy = backend_.allocate(elements_);
  if (wide_) backend_.release(wide_, elements_);
  wide_ = copy;
  backend_.widen(elements_, operand().narrow, wide_);
  widened_in_ = generation();
  return wide_;
}

Real* Storage::mutable_data() {
  if (!narrow_) return wide_;
  not_capturable("changes in place what the device keeps as bfloat16 (clone() would do)");
  check(!in_captured_step_,
        "tensor: a captured step uses its bfloat16 values, so they cannot be changed in place; "
        "clone() it first");
  data();
  release_narrow();
  return wide_;
}

}  // namespace engine
