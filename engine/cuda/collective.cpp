// Sums over processes by NCCL, in the stream, so that a captured step replays them. Each process
// has a GPU of its own; they find each other by the verbs of engine/collective.h. Where NCCL cannot
// be used, sums go by way of the host, and steps are not captured.
#include "engine/collective.h"

#include <nccl.h>

#include <optional>

#include "engine/check.h"
#include "engine/cuda/backend.h"
#include "engine/cuda/nccl.h"
#include "engine/notice.h"

namespace engine::cuda {
namespace {

bool all(bool mine) {
  double count = mine ? 1 : 0;
  processes().sum(std::span(&count, 1));
  return count == processes().size();
}

// Of all processes, which must call this together; null: they cannot use NCCL.
ncclComm_t joined() {
  const std::string missing = nccl_missing();
  if (!all(missing.empty())) {
    notice("sums over processes go by way of the host: ",
           missing.empty() ? "another process has no NCCL" : missing);
    return nullptr;
  }
  ncclUniqueId id = {};
  ncclResult_t status = processes().rank() == 0 ? ncclGetUniqueId(&id) : ncclSuccess;
  processes().broadcast({reinterpret_cast<char*>(&id), sizeof id});
  ncclComm_t communicator = nullptr;
  if (all(status == ncclSuccess))
    status = ncclCommInitRank(&communicator, processes().size(), id, processes().rank());
  if (all(status == ncclSuccess && communicator != nullptr)) return communicator;
  notice("sums over processes go by way of the host: NCCL says ", ncclGetErrorString(status),
         "; it needs a GPU for each process");
  if (communicator != nullptr) ncclCommDestroy(communicator);
  return nullptr;
}

}  // namespace

bool CudaBackend::sum_over_processes(Index n, Real* x) {
  // Never destroyed, as the backend; made in the first step, which is not captured.
  static const ncclComm_t communicator = joined();
  if (communicator == nullptr) return false;
  const ncclResult_t status =
      ncclAllReduce(x, x, static_cast<std::size_t>(n), ncclFloat, ncclSum, communicator, stream_);
  engine::check(status == ncclSuccess, "sum over processes: NCCL says ",
                ncclGetErrorString(status));
  return true;
}

}  // namespace engine::cuda
