// Runs a kernel: its blocks one after the other, the threads of a block as fibers.
//
// A thread runs until it must wait for others; only then does the next begin, on a stack of its
// own. A kernel whose threads never wait is thus a plain loop on one stack.
#pragma once

#include <cuda_runtime.h>

#include "emulator.h"
#include "fiber.h"
#include "memory.h"

namespace emulation {

// Runs all blocks. A fault ends the run.
void run_kernel(dim3 grid, dim3 block, std::size_t shared_bytes, const Call& call);

bool in_kernel();                // whether a thread of a kernel runs
[[noreturn]] void end_kernel();  // after a fault: leaves the thread that runs, for good
std::string where();             // "kernel k, block (0,0,0), thread (3,0,0)"

// Whether the emulator itself is at work: then what it touches is not checked. It shares functions of
// the standard library with kernels, and the linker may have kept the version that is.
class OwnWork {
 public:
  OwnWork() { now = true; }
  ~OwnWork() { now = false; }
  OwnWork(const OwnWork&) = delete;
  OwnWork& operator=(const OwnWork&) = delete;
  static constinit thread_local bool now;  // end_kernel() ends it too
};
// fault(), for a text that is made here.
template <class Text>
void complain(const Text& text) {
  const OwnWork work;
  fault(text());
}

// An asynchronous copy writes this shared memory some time between these calls.
void copy_begins(const void* to, std::size_t bytes);
void copy_arrives(const void* to, std::size_t bytes);

// Records an access by the running thread; returns the conflict with an earlier one, or null.
const char* conflict(Word& word, Access access, bool shared);

// Notes an atomic on device memory by the running thread (order.h).
void meet(const void* address);

extern Fiber* fiber_here;      // whose stack a kernel's thread runs on; null before the first
std::size_t running_thread();  // its number in the block
bool in_arguments(const void* address);
bool fresh_in_block(const Touch& write);   // not written since this block began
bool fresh_in_launch(const Touch& touch);  // not touched since this launch began
Traffic* traffic_of_launch();              // where its bytes are counted; null if they are not
std::size_t dynamic_shared_bytes();        // of the kernel that runs

}  // namespace emulation
