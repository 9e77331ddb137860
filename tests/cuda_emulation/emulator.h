// The emulated device as tests see it: what it found wrong, what it was asked to do, and the knobs
// that make it small or absent. The device itself is behind <cuda_runtime.h> and <cublas_v2.h>.
#pragma once

#include <cstddef>
#include <string>

namespace emulation {

// What the device refused since the last recover(): empty, or the first complaint. As on a real
// device, after a fault every call answers cudaErrorIllegalAddress.
const std::string& complaint();
// Forgets the fault and the work that is still waiting; memory stays allocated. Returns what
// complaint() said.
std::string recover();

// How often the device was asked for what a steady training step must not ask for, and for work.
// Waiting for an event is no synchronization: it may lie long ago.
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
