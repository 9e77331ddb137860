// In builds without NCCL: sums over processes go by way of the host.
#include "engine/cuda/backend.h"

namespace engine::cuda {

bool CudaBackend::sum_over_processes(Index, Real*) { return false; }

}  // namespace engine::cuda
