#include "engine/cpu/backend.h"

#include <cblas.h>

#include <cstring>

#include "engine/collective.h"
#include "engine/cpu/blas_memory.h"
#include "engine/cpu/derived.h"
#include "engine/threads.h"

namespace engine {

Backend& cpu_backend() {
  static auto* backend =
      new cpu::CpuBackend;  // never destroyed: tensors may outlive static objects
  return *backend;
}

namespace cpu {

// We manage threads (OpenMP): each matrix product below runs on one thread.
CpuBackend::CpuBackend() {
  openblas_set_num_threads(1);
  reserve_blas_memory(threads());
}

void CpuBackend::upload(Real* to, const Real* host, Index n) {
  derived().forget(to, n);
  if (n > 0) std::memcpy(to, host, static_cast<std::size_t>(n) * sizeof(Real));
}

bool CpuBackend::sum_over_processes(Index n, Real* x) {
  derived().forget(x, n);
  processes().sum(std::span<Real>(x, static_cast<std::size_t>(n)));
  return true;
}

void CpuBackend::download(Real* host, const Real* from, Index n) { upload(host, from, n); }

}  // namespace cpu
}  // namespace engine
