// The tests' interface to the emulated device: its complaints, its counters, and settings to make
// it small or absent. The device itself is behind <cuda_runtime.h> and <cublas_v2.h>.
#pragma once

#include <cstddef>
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

void set_memory(std::size_t bytes);  // what the device has; 512 MiB at the start, and at most
std::size_t allocated();             // what is held now
void set_devices(int count);         // how many there are: 1, or 0

// The two library precisions, for the tests of the emulator itself.
float round_to_tf32(float x);
float round_to_bf16(float x);

}  // namespace emulation
