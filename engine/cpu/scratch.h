// Scratch memory for kernels, without heap allocations during training: a block from the backend's
// free lists for the duration of a verb, and a block that each thread keeps.
#pragma once

#include "engine/backend.h"

namespace engine::cpu {

class Scratch {
 public:
  explicit Scratch(Index elements) : elements_(elements), data_(cpu_backend().allocate(elements)) {}
  ~Scratch() { cpu_backend().release(data_, elements_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Real* data() const { return data_; }

 private:
  Index elements_;
  Real* data_;
};

// Memory of this thread, `which` of five; grows to the largest size requested. Aligned to 64 bytes.
Real* thread_scratch(Index elements, int which);

}  // namespace engine::cpu
