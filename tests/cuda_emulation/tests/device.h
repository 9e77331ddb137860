// Short ways to the emulated device for its own tests.
#pragma once

#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/cuda_emulation/emulator.h"

namespace emulation {

// A block of the device's memory holding these values.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& values) : OnDevice(values.size()) {
    REQUIRE(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice) ==
            cudaSuccess);
  }
  explicit OnDevice(std::size_t size) : size_(size) {  // never written
    REQUIRE(cudaMalloc(&data_, size * sizeof(T)) == cudaSuccess);
  }
  ~OnDevice() { cudaFree(data_); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

  operator T*() const { return data_; }  // NOLINT: stands for the address
  std::vector<T> values() const {
    std::vector<T> host(size_);
    REQUIRE(cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost) ==
            cudaSuccess);
    return host;
  }

 private:
  std::size_t size_;
  T* data_ = nullptr;
};

template <class... Parameters, class... Arguments>
cudaError_t launch_on(cudaStream_t stream, void (*kernel)(Parameters...), dim3 grid, dim3 block,
                      std::size_t shared, const Arguments&... arguments) {
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  return cudaLaunchKernelEx(&config, kernel, arguments...);
}

// Runs a kernel that must be well.
template <class... Parameters, class... Arguments>
void run(void (*kernel)(Parameters...), dim3 grid, dim3 block, const Arguments&... arguments) {
  CHECK(launch_on(nullptr, kernel, grid, block, 0, arguments...) == cudaSuccess);
  CHECK(cudaDeviceSynchronize() == cudaSuccess);
}

// Runs a kernel that must be refused: what the emulator says of it.
template <class... Parameters, class... Arguments>
std::string complaint_about(void (*kernel)(Parameters...), dim3 grid, dim3 block,
                            const Arguments&... arguments) {
  launch_on(nullptr, kernel, grid, block, 0, arguments...);
  CHECK(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
  return recover();
}

inline bool says(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE("not said: \"" << part << "\" but: " << text);
  return found;
}

}  // namespace emulation
