// Errors, the device, memory and launches of the CUDA runtime.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "block.h"
#include "memory.h"
#include "shared_bytes.h"
#include "stream.h"
#include "symbols.h"

namespace engine::cuda {
__shared__ __align__(16) unsigned char shared_bytes[emulation::kSharedBytes] = {};
}  // namespace engine::cuda

namespace emulation {
namespace {

std::string first_complaint;
bool faulted = false;
cudaError_t last_error = cudaSuccess;
Counts all_counts;
int devices = [] {
  const char* text = std::getenv("KANTOR_EMULATED_DEVICES");
  return text ? std::atoi(text) : 1;
}();
std::map<const void*, std::size_t> shared_allowed;  // kernels that may have more than 48 KiB
auto& pinned = *new std::map<Byte*, std::size_t>;   // outlives what is freed at the end

}  // namespace

void fault(const std::string& text) {
  if (!faulted) {
    first_complaint = in_kernel() ? where() + " " + text : text;
    std::fprintf(stderr, "emulation: %s\n", first_complaint.c_str());
  }
  faulted = true;
  if (in_kernel()) end_kernel();
}
bool failed() { return faulted; }
const std::string& complaint() { return first_complaint; }

std::string recover() {
  forget_work();
  faulted = false;
  last_error = cudaSuccess;
  return std::exchange(first_complaint, {});
}

cudaError_t answer(cudaError_t error) {
  if (devices == 0) error = cudaErrorNoDevice;
  if (faulted) error = cudaErrorIllegalAddress;
  if (error != cudaSuccess && error != cudaErrorNotReady) last_error = error;
  return error;
}

Counts counts() { return all_counts; }
Counts& count() { return all_counts; }
void set_devices(int count) { devices = count; }

bool is_pinned(const void* address, std::size_t bytes) {
  const auto* at = static_cast<const Byte*>(address);
  return std::any_of(pinned.begin(), pinned.end(), [&](const auto& block) {
    return at >= block.first && at + bytes <= block.first + block.second;
  });
}

// --- Launches --------------------------------------------------------------------------------

cudaError_t set_attribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return answer(cudaSuccess);
  if (value < 0 || static_cast<std::size_t>(value) > kSharedBytes)
    return answer(cudaErrorInvalidValue);
  shared_allowed[kernel] = static_cast<std::size_t>(value);
  return answer(cudaSuccess);
}

cudaError_t launch(const cudaLaunchConfig_t& config, const Call& call) {
  const dim3 grid = config.gridDim, block = config.blockDim;
  const auto allowed = shared_allowed.find(call.kernel);
  const std::size_t shared = allowed == shared_allowed.end() ? kSharedUnlessAsked : allowed->second;
  const std::size_t threads = std::size_t{block.x} * block.y * block.z;
  const char* wrong = nullptr;
  if (threads == 0 || threads > 1024 || block.z > 64) wrong = "a block has 1 to 1024 threads";
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) wrong = "a grid has at least one block";
  if (grid.x > 0x7fffffff || grid.y > 0xffff || grid.z > 0xffff)
    wrong = "a grid has at most 2^31 - 1, 65535 and 65535 blocks";
  if (config.dynamicSmemBytes > shared) wrong = "so much shared memory was not asked for";
  if (config.numAttrs > 0) wrong = "launch attributes are not emulated";
  if (wrong) {
    std::fprintf(stderr,
                 "emulation: kernel %s cannot be launched with a grid of (%u,%u,%u), a block of "
                 "(%u,%u,%u) and %zu bytes of shared memory: %s\n",
                 function_name(call.kernel).c_str(), grid.x, grid.y, grid.z, block.x, block.y,
                 block.z, config.dynamicSmemBytes, wrong);
    return answer(cudaErrorInvalidConfiguration);
  }
  ++all_counts.launches;
  static std::set<const void*> met;
  if (met.insert(call.kernel).second)
    met_in_capture(config.stream, "kernel " + function_name(call.kernel));
  return enqueue(config.stream, [grid, block, bytes = config.dynamicSmemBytes, call] {
    run_kernel(grid, block, bytes, call);
  });
}

}  // namespace emulation

using emulation::answer;
using emulation::Arena;

// --- Errors and the device -------------------------------------------------------------------

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
      return "cudaErrorInvalidConfiguration";
    case cudaErrorInsufficientDriver:
      return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorInvalidResourceHandle:
      return "cudaErrorInvalidResourceHandle";
    case cudaErrorNotReady:
      return "cudaErrorNotReady";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorNotSupported:
      return "cudaErrorNotSupported";
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated:
      return "cudaErrorStreamCaptureInvalidated";
    case cudaErrorStreamCaptureUnmatched:
      return "cudaErrorStreamCaptureUnmatched";
    case cudaErrorStreamCaptureImplicit:
      return "cudaErrorStreamCaptureImplicit";
  }
  return "cudaErrorUnknown";
}
const char* cudaGetErrorString(cudaError_t error) { return cudaGetErrorName(error); }
cudaError_t cudaPeekAtLastError() { return emulation::last_error; }
cudaError_t cudaGetLastError() {
  return std::exchange(emulation::last_error,
                       emulation::failed() ? cudaErrorIllegalAddress : cudaSuccess);
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = emulation::devices;
  return answer(cudaSuccess);
}
cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return answer(cudaSuccess);
}
cudaError_t cudaSetDevice(int device) {
  return answer(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  *properties = {.name = "emulated device",
                 .totalGlobalMem = Arena::get().capacity,
                 .sharedMemPerBlock = emulation::kSharedUnlessAsked,
                 .sharedMemPerBlockOptin = emulation::kSharedBytes,
                 .major = 9,
                 .minor = 0,
                 .multiProcessorCount = 2,
                 .maxThreadsPerBlock = 1024,
                 .maxThreadsPerMultiProcessor = 2048,
                 .warpSize = 32,
                 .l2CacheSize = 1 << 20};
  return cudaSetDevice(device);
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  cudaDeviceProp properties;
  cudaGetDeviceProperties(&properties, device);
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      *value = properties.maxThreadsPerBlock;
      break;
    case cudaDevAttrMultiProcessorCount:
      *value = properties.multiProcessorCount;
      break;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = properties.maxThreadsPerMultiProcessor;
      break;
    case cudaDevAttrComputeCapabilityMajor:
      *value = properties.major;
      break;
    case cudaDevAttrComputeCapabilityMinor:
      *value = properties.minor;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = emulation::kSharedBytes;
      break;
    case cudaDevAttrMemoryPoolsSupported:
      *value = 1;
      break;
  }
  return cudaSetDevice(device);
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = Arena::get().capacity;
  *free = *total - std::min(*total, emulation::allocated());
  return answer(cudaSuccess);
}

// --- Memory ----------------------------------------------------------------------------------

namespace {

cudaError_t allocate(void** address, std::size_t bytes) {
  *address = nullptr;
  if (bytes == 0 || emulation::failed()) return answer(cudaSuccess);
  ++emulation::count().allocations;
  *address = Arena::get().allocate(bytes);
  return answer(*address ? cudaSuccess : cudaErrorMemoryAllocation);
}

void release(void* address) {
  if (!address) return;
  ++emulation::count().releases;
  if (!Arena::get().release(address))
    emulation::fault("a block is freed that is not allocated: " + Arena::get().describe(address));
}

}  // namespace

cudaError_t cudaMalloc(void** address, std::size_t bytes) {
  if (emulation::capturing_strictly()) return emulation::not_in_capture("cudaMalloc");
  if (emulation::capturing() && emulation::refused("cudaMalloc"))
    return answer(cudaErrorMemoryAllocation);
  return allocate(address, bytes);
}

cudaError_t cudaFree(void* address) {
  if (emulation::capturing_strictly()) return emulation::not_in_capture("cudaFree");
  if (!emulation::habits().ordering) emulation::finish_all();
  release(address);
  return answer(cudaSuccess);
}

// A real capture would make a node of its own of it, whose address means nothing elsewhere.
cudaError_t cudaMallocAsync(void** address, std::size_t bytes, cudaStream_t) {
  if (emulation::capturing()) return emulation::not_in_capture("cudaMallocAsync");
  return allocate(address, bytes);
}
cudaError_t cudaFreeAsync(void* address, cudaStream_t stream) {
  if (emulation::capturing()) return emulation::not_in_capture("cudaFreeAsync");
  return emulation::enqueue(stream, [address] { release(address); });
}

cudaError_t cudaMallocHost(void** address, std::size_t bytes) {
  if (emulation::capturing_strictly()) return emulation::not_in_capture("cudaMallocHost");
  *address = std::malloc(bytes);
  if (emulation::habits().pinned) std::memset(*address, emulation::kNoise, bytes);
  emulation::pinned[static_cast<emulation::Byte*>(*address)] = bytes;
  return answer(cudaSuccess);
}
cudaError_t cudaFreeHost(void* address) {
  emulation::finish_all();
  if (emulation::pinned.erase(static_cast<emulation::Byte*>(address)) == 0)
    return answer(cudaErrorInvalidValue);
  std::free(address);
  return answer(cudaSuccess);
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  *pool = nullptr;
  return answer(cudaSuccess);
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) {
  return answer(cudaSuccess);
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  *static_cast<std::size_t*>(value) = emulation::allocated();
  return answer(cudaSuccess);
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return answer(cudaSuccess); }
