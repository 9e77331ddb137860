// Scratch memory for kernels, which gives nothing back to the heap while training: a block drawn
// from the backend's free lists for the length of a verb, and a block that each thread keeps.
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

// Memory of this thread, `which` of five; grows to the largest ever asked for. Aligned to 64 bytes.
Real* thread_scratch(Index elements, int which);

}  // namespace engine::cpu
