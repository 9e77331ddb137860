// Capturing a step as a CUDA graph, and replaying it.
#include <memory>

#include "engine/cuda/backend.h"

namespace engine::cuda {
namespace {

class CapturedGraph final : public CapturedWork {
 public:
  CapturedGraph(CudaBackend& backend, cudaGraph_t graph, std::shared_ptr<Memory::Owned> owned)
      : backend_(backend), owned_(std::move(owned)) {
    const cudaError_t status = cudaGraphInstantiate(&graph_, graph, 0);
    cudaGraphDestroy(graph);
    if (status != cudaSuccess) backend_.memory().disown(owned_);
    check(status, "capture");
  }
  // Memory can be reused at once, because later work is enqueued after earlier work.
  ~CapturedGraph() override {
    cudaGraphExecDestroy(graph_);
    backend_.memory().disown(owned_);
  }
  void replay() override { check(cudaGraphLaunch(graph_, backend_.stream()), "capture"); }

 private:
  CudaBackend& backend_;
  std::shared_ptr<Memory::Owned> owned_;
  cudaGraphExec_t graph_ = nullptr;
};

}  // namespace

void CudaBackend::begin_capture() {
  memory_.begin_owning();
  // Relaxed: CUDA allocations remain possible.
  const cudaError_t status = cudaStreamBeginCapture(stream_, cudaStreamCaptureModeRelaxed);
  if (status != cudaSuccess) memory_.disown(memory_.end_owning());
  check(status, "capture");
}

std::unique_ptr<CapturedWork> CudaBackend::end_capture() {
  std::shared_ptr<Memory::Owned> owned = memory_.end_owning();
  cudaGraph_t graph = nullptr;
  const cudaError_t status = cudaStreamEndCapture(stream_, &graph);
  if (status != cudaSuccess) memory_.disown(owned);
  check(status, "capture");
  return std::make_unique<CapturedGraph>(*this, graph, std::move(owned));
}

void CudaBackend::abandon_capture() noexcept {
  cudaGraph_t graph = nullptr;
  if (cudaStreamEndCapture(stream_, &graph) == cudaSuccess && graph) cudaGraphDestroy(graph);
  cudaGetLastError();
  memory_.disown(memory_.end_owning());
}

}  // namespace engine::cuda
