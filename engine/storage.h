// Storage: the memory of one or more tensors on a device, returned to its backend with the last of
// them. It holds Reals. Where a backend narrows a result (Backend::narrows), it holds bfloat16
// numbers instead: verbs that take an Operand read them as they are, and everyone else gets a copy
// as Reals. A copy serves one generation() (capture.h), because a replay writes the numbers anew.
//
// So bfloat16 is a property of memory, and tensors have one type of number. The op says whether its
// own gradient bears the rounding, the backend whether its convolutions would round anyway.
#pragma once

#include <cstdint>

#include "engine/capture.h"
#include "engine/geometry.h"

namespace engine {

class Backend;

class Storage {
 public:
  Storage(Backend& backend, Index elements, bool narrow);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  Backend& backend() const { return backend_; }

  Real* data();       // the elements as Reals
  Operand operand();  // as they lie in memory
  // As Reals that may be changed in place: they are the elements from now on. A step that does this
  // to narrow ones is not captured. Errors: a captured step uses the narrow ones.
  Real* mutable_data();

 private:
  void release_narrow();
  Backend& backend_;
  Index elements_;
  Real* wide_ = nullptr;
  Bfloat16* narrow_ = nullptr;    // if not null, wide_ is a copy of it or null
  std::uint64_t widened_in_ = 0;  // the generation that the copy serves
  Noted<bool> in_captured_step_;  // whether one uses narrow_
};

}  // namespace engine
