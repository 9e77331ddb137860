// Fiber: a separate stack, and switching between stacks. On x86-64 a switch saves
// the six registers that a called function must keep; elsewhere the C library does it.
#pragma once

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace emulation {

class Fiber {
 public:
  Fiber() = default;  // the stack that the program runs on
  // Will run `entry`, which must never return, on a stack of its own.
  explicit Fiber(void (*entry)());
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  void restart();  // from the beginning of entry, whatever it was doing
  // Continues `to` until something switches back here.
  void switch_to(Fiber& to);

  bool on_stack(const void* address) const {
    return static_cast<std::size_t>(static_cast<const char*>(address) - stack_) < kStack;
  }

 private:
  static constexpr std::size_t kStack = std::size_t{128} << 10;
  void (*entry_)() = nullptr;
  char* stack_ = nullptr;
#if defined(__x86_64__)
  void* top_ = nullptr;
#else
  ucontext_t context_ = {};
#endif
};

}  // namespace emulation
