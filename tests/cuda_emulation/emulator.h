// The tests' interface to the emulated device: its complaints, its counters, and settings to make
// it small or absent. The device itself is behind <cuda_runtime.h> and <cublas_v2.h>.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace emulation {

// The first complaint since the last recover(), or empty. As on a real device, after a fault every
// call returns cudaErrorIllegalAddress.
const std::string& complaint();
// Clears the fault and the pending work; memory stays allocated. Returns the complaint.
std::string recover();

// Counts operations that a steady-state training step must not use, and work.
// Waiting for an event is not a synchronization: it may be long past.
struct Counts {
  long allocations = 0, releases = 0, synchronizations = 0, launches = 0, graph_launches = 0;
};
Counts counts();

// The call of that name after `skip` others of it answers with an error, as from a device in need:
// cudaMalloc and cublasGemm (any product) of those within a capture; cudaStreamBeginCapture,
// cudaStreamEndCapture, cudaGraphInstantiate, cudaGraphLaunch.
void refuse(const std::string& call, int skip = 0);
bool refusing();  // whether that call is yet to come

// What a real device may do, and this one does only where it is asked to: by these switches, all
// off at the start, or by their names in KANTOR_EMULATION ("rounding,moments", or "all").
struct Habits {
  bool rounding =
      false;             // TF32 is truncated, sums have another order, exp and others err by an ulp
  bool moments = false;  // queued work runs at random moments, not only as late as possible
  bool ordering =
      false;  // the default stream waits for blocking streams alone, cudaFree for nobody
  bool captures = false;  // complains of kernels and products that a capture is the first to use
  bool blocks = false;    // the blocks of a launch run in random order, not by number
  bool pinned = false;    // fresh pinned memory holds noise, and noise again once it was sent
};
Habits& habits();

// What the device has moved and computed since count_traffic(true), by kernel: bytes are those of distinct words that
// one launch reads (before it writes them) or writes, FLOP those of products.
struct Traffic {
  long launches = 0;
  double read = 0, written = 0, flops = 0;
};
void count_traffic(bool on);
const std::map<std::string, Traffic>& traffic();

// Of the device. At the start 512 MiB; at most 8 GiB.
void set_memory(std::size_t bytes);
std::size_t allocated();      // what is held now
void set_devices(int count);  // how many there are: 1, or 0

// The two library precisions, for the tests of the emulator itself.
float round_to_tf32(float x);  // to the nearest or, with Habits::rounding, toward zero
float round_to_bf16(float x);

}  // namespace emulation
