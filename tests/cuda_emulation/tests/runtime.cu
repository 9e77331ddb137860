// Streams, events, graphs, memory and launch limits of the emulated device.
#include <functional>

#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;

namespace {

__global__ void add(float* x, float amount) { x[threadIdx.x] += amount; }
__global__ void double_all(float* x) { x[threadIdx.x] *= 2; }

struct Stream {
  cudaStream_t handle = nullptr;
  Stream() { REQUIRE(cudaStreamCreate(&handle) == cudaSuccess); }
  ~Stream() { cudaStreamDestroy(handle); }
  operator cudaStream_t() const { return handle; }  // NOLINT: stands for the handle
};

float first(const float* pinned) { return pinned[0]; }

}  // namespace

TEST_CASE("emulation: work waits until somebody waits for it, in the order of its stream") {
  const Stream stream;
  const OnDevice<float> x(std::vector<float>(8, 1));
  float* pinned = nullptr;
  REQUIRE(cudaMallocHost(&pinned, 32) == cudaSuccess);
  pinned[0] = -1;
  launch_on(stream, add, 1, 8, 0, static_cast<float*>(x), 2.0F);
  launch_on(stream, double_all, 1, 8, 0, static_cast<float*>(x));
  CHECK(cudaMemcpyAsync(pinned, x, 32, cudaMemcpyDeviceToHost, stream) == cudaSuccess);
  CHECK(first(pinned) == -1);  // nobody has waited yet
  CHECK(cudaStreamQuery(stream) == cudaErrorNotReady);
  CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
  CHECK(first(pinned) == 6);
  CHECK(cudaStreamQuery(stream) == cudaSuccess);
  CHECK(cudaFreeHost(pinned) == cudaSuccess);

  // Copies of ordinary memory: taken at the call, and given back before it returns.
  std::vector<float> host(8, 5);
  cudaMemcpyAsync(x, host.data(), 32, cudaMemcpyHostToDevice, stream);
  host.assign(8, 0);
  launch_on(stream, double_all, 1, 8, 0, static_cast<float*>(x));
  cudaMemcpyAsync(host.data(), x, 32, cudaMemcpyDeviceToHost, stream);
  CHECK(host == std::vector<float>(8, 10));
}

TEST_CASE("emulation: events order streams") {
  const Stream one, two;
  const OnDevice<float> x(std::vector<float>(8, 1));
  cudaEvent_t event;
  REQUIRE(cudaEventCreate(&event) == cudaSuccess);
  launch_on(one, add, 1, 8, 0, static_cast<float*>(x), 2.0F);
  CHECK(cudaEventRecord(event, one) == cudaSuccess);
  CHECK(cudaEventQuery(event) == cudaErrorNotReady);
  CHECK(cudaStreamWaitEvent(two, event) == cudaSuccess);
  launch_on(two, double_all, 1, 8, 0, static_cast<float*>(x));
  CHECK(cudaStreamSynchronize(two) == cudaSuccess);
  CHECK(cudaEventQuery(event) == cudaSuccess);
  CHECK(x.values() == std::vector<float>(8, 6));
  CHECK(cudaEventDestroy(event) == cudaSuccess);
}

TEST_CASE("emulation: a captured stream does nothing; its graph does it as often as asked") {
  const Stream stream;
  const OnDevice<float> x(std::vector<float>(8, 1));
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t replay = nullptr;
  CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
  float amount = 1;
  launch_on(stream, add, 1, 8, 0, static_cast<float*>(x), amount);
  amount = 100;  // arguments are part of the graph
  launch_on(stream, double_all, 1, 8, 0, static_cast<float*>(x));
  CHECK(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
  CHECK(x.values() == std::vector<float>(8, 1));
  std::size_t nodes = 0;
  CHECK(cudaGraphGetNodes(graph, nullptr, &nodes) == cudaSuccess);
  CHECK(nodes == 2);
  CHECK(cudaGraphInstantiate(&replay, graph) == cudaSuccess);
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
  for (int i = 0; i < 3; ++i) CHECK(cudaGraphLaunch(replay, stream) == cudaSuccess);
  CHECK(cudaGraphExecDestroy(replay) == cudaSuccess);
  CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
  CHECK(x.values() == std::vector<float>(8, 22));
}

TEST_CASE("emulation: what a capture cannot hold breaks it") {
  const Stream stream;
  const OnDevice<float> x(std::vector<float>(8, 1));
  std::vector<float> host(8);
  void* memory = nullptr;
  const std::vector<std::function<cudaError_t()>> illegal = {
      [&] { return cudaStreamSynchronize(stream); },
      [&] { return cudaDeviceSynchronize(); },
      [&] { return cudaMalloc(&memory, 8); },
      [&] { return cudaMallocAsync(&memory, 8, stream); },
      [&] { return cudaFree(x); },
      [&] { return cudaMemcpy(host.data(), x, 32, cudaMemcpyDeviceToHost); },
      [&] { return cudaMemcpyAsync(host.data(), x, 32, cudaMemcpyDeviceToHost, stream); },
      [&] { return cudaMemcpyAsync(x, host.data(), 32, cudaMemcpyHostToDevice, stream); },
      [&] { return launch_on(nullptr, double_all, 1, 8, 0, static_cast<float*>(x)); },
  };
  for (std::size_t i = 0; i < illegal.size(); ++i) {
    CAPTURE(i);
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
    CHECK(illegal[i]() != cudaSuccess);
    cudaStreamCaptureStatus status{};
    CHECK(cudaStreamIsCapturing(stream, &status) == cudaSuccess);
    CHECK(status == cudaStreamCaptureStatusInvalidated);
    CHECK(cudaStreamEndCapture(stream, &graph) == cudaErrorStreamCaptureInvalidated);
    CHECK(graph == nullptr);
    cudaGetLastError();
  }
  CHECK(x.values() == std::vector<float>(8, 1));
}

TEST_CASE("emulation: a relaxed capture may allocate") {
  const Stream stream;
  void* memory = nullptr;
  cudaGraph_t graph = nullptr;
  REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed) == cudaSuccess);
  CHECK(cudaMalloc(&memory, 8) == cudaSuccess);
  CHECK(cudaFree(memory) == cudaSuccess);
  CHECK(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
  CHECK(cudaGraphDestroy(graph) == cudaSuccess);
}

TEST_CASE("emulation: launches beyond what a device takes") {
  const OnDevice<float> x(std::vector<float>(8, 1));
  float* const p = x;
  const auto refused = [&](dim3 grid, dim3 block, std::size_t shared) {
    const bool yes =
        launch_on(nullptr, double_all, grid, block, shared, p) == cudaErrorInvalidConfiguration;
    CHECK(cudaGetLastError() == (yes ? cudaErrorInvalidConfiguration : cudaSuccess));
    return yes;
  };
  CHECK_FALSE(refused(1, 8, 0));
  CHECK(refused(1, 1025, 0));
  CHECK(refused(1, {32, 33}, 0));
  CHECK(refused(1, 0, 0));
  CHECK(refused(0, 8, 0));
  CHECK(refused({1, 65536}, 8, 0));
  CHECK(refused(1, 8, 49 << 10));
  CHECK(cudaFuncSetAttribute(double_all, cudaFuncAttributeMaxDynamicSharedMemorySize, 100 << 10) ==
        cudaSuccess);
  CHECK_FALSE(refused(1, 8, 100 << 10));
  CHECK(cudaFuncSetAttribute(double_all, cudaFuncAttributeMaxDynamicSharedMemorySize, 228 << 10) ==
        cudaErrorInvalidValue);
  cudaGetLastError();
}

TEST_CASE("emulation: memory runs out, is counted, and comes back") {
  const std::size_t before = allocated();
  set_memory(before + 1000);
  void *one = nullptr, *two = nullptr;
  CHECK(cudaMalloc(&one, 600) == cudaSuccess);
  CHECK(cudaMalloc(&two, 600) == cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  CHECK(two == nullptr);
  std::size_t free = 0, total = 0;
  CHECK(cudaMemGetInfo(&free, &total) == cudaSuccess);
  CHECK(free == 400);
  CHECK(cudaFree(one) == cudaSuccess);
  CHECK(cudaMalloc(&two, 600) == cudaSuccess);
  CHECK(cudaFree(two) == cudaSuccess);
  set_memory(std::size_t{512} << 20);
  CHECK(allocated() == before);
  // Again and again: freed memory is used once more in the end.
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(cudaMalloc(&one, 1 << 20) == cudaSuccess);
    REQUIRE(cudaFree(one) == cudaSuccess);
  }
}

TEST_CASE("emulation: no device") {
  set_devices(0);
  int count = -1;
  CHECK(cudaGetDeviceCount(&count) == cudaErrorNoDevice);
  CHECK(count == 0);
  set_devices(1);
  CHECK(cudaGetDeviceCount(&count) == cudaSuccess);
  cudaGetLastError();
}
