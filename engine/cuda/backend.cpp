#include "engine/cuda/backend.h"

#include <algorithm>
#include <cstring>

#include "engine/check.h"
#include "engine/collective.h"

namespace engine {

Backend& cuda_backend() {
  static auto* backend =
      new cuda::CudaBackend;  // never destroyed: tensors may outlive static objects
  return *backend;
}

namespace cuda {
namespace {

constexpr const char* kFaultVerbs[] = {"", "gather", "scatter_add", "images", "solve"};
constexpr std::size_t kWorkspace = std::size_t{32} << 20;  // what cuBLAS recommends for Hopper
constexpr int kStages = 4;

// Of several processes on one machine, each has its own, as far as there are enough.
void use_device_of_process() {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess) cudaGetLastError();
  engine::check(status == cudaSuccess && devices > 0,
                "device: no CUDA device available (CUDA says: ",
                status == cudaSuccess ? "there is none" : cudaGetErrorString(status), "); use cpu");
  check(cudaSetDevice(launch().local % devices), "device");
}

}  // namespace

CudaBackend::CudaBackend() {
  use_device_of_process();
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "device");
  memory_.use(stream_);
  check(cublasCreate(&blas_), "device");
  check(cublasSetStream(blas_, stream_), "device");
  // Our own workspace: cuBLAS must not allocate in a captured step.
  constexpr Index workspace = kWorkspace / sizeof(Real);
  check(cublasSetWorkspace(blas_, memory_.allocate(workspace), kWorkspace), "device");
  for (int i = 0; i < kStages; ++i) {
    Stage stage;
    check(cudaMallocHost(reinterpret_cast<void**>(&stage.host), kStage * sizeof(Real)), "device");
    check(cudaEventCreateWithFlags(&stage.copied, cudaEventDisableTiming), "device");
    stages_.push_back(stage);
  }
  tickets_ = reinterpret_cast<unsigned*>(memory_.allocate(kTickets));
  check(cudaMemsetAsync(tickets_, 0, kTickets * sizeof(unsigned), stream_), "device");
  fault_ = reinterpret_cast<Fault*>(memory_.allocate(sizeof(Fault) / sizeof(Real)));
  check(cudaMallocHost(reinterpret_cast<void**>(&fault_here_), sizeof(Fault)), "device");
  check(cudaMemsetAsync(fault_, 0, sizeof(Fault), stream_), "device");
}

std::size_t CudaBackend::memory_left() const {
  std::size_t left = 0, whole = 0;
  check(cudaMemGetInfo(&left, &whole), "device");
  return left;
}

void CudaBackend::upload(Real* to, const Real* host, Index n) {
  for (Index done = 0; done < n; done += kStage) {
    const Index piece = std::min(kStage, n - done);
    const auto bytes = static_cast<std::size_t>(piece) * sizeof(Real);
    Stage& stage = stages_[next_stage_];
    next_stage_ = (next_stage_ + 1) % stages_.size();
    check(cudaEventSynchronize(stage.copied), "upload");  // its last use, long ago
    std::memcpy(stage.host, host + done, bytes);
    check(cudaMemcpyAsync(to + done, stage.host, bytes, cudaMemcpyHostToDevice, stream_), "upload");
    check(cudaEventRecord(stage.copied, stream_), "upload");
  }
}

void CudaBackend::download(Real* host, const Real* from, Index n) {
  const auto bytes = static_cast<std::size_t>(n) * sizeof(Real);
  if (n > 0) check(cudaMemcpyAsync(host, from, bytes, cudaMemcpyDeviceToHost, stream_), "download");
  check(cudaMemcpyAsync(fault_here_, fault_, sizeof(Fault), cudaMemcpyDeviceToHost, stream_),
        "download");
  check(cudaStreamSynchronize(stream_), "download");
  check_fault();
}

// One stream needs only as many as its largest launch. The ring keeps launches apart that a second
// stream would run at the same time, unless hundreds lie between them.
unsigned* CudaBackend::tickets(Index count) {
  engine::check(count <= kTickets, "tickets: ", count, " of ", kTickets);
  if (next_ticket_ + count > kTickets) next_ticket_ = 0;
  unsigned* const first = tickets_ + next_ticket_;
  next_ticket_ += count;
  return first;
}

void CudaBackend::check_fault() {
  const Fault fault = *fault_here_;
  if (fault.verb == kNoFault) return;
  check(cudaMemsetAsync(fault_, 0, sizeof(Fault), stream_), "download");
  engine::check(fault.verb != kSolve, "solve: matrix ", fault.index, " of ", fault.rows,
                " is singular");
  fail(kFaultVerbs[fault.verb], ": index ", fault.index, " is not a row of a table with ",
       fault.rows, " rows");
}

}  // namespace cuda
}  // namespace engine
