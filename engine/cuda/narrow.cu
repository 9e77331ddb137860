// Which results are narrow, and narrow numbers as Reals.
#include <cstdlib>
#include <string_view>

#include "engine/cuda/fault.h"
#include "engine/cuda/launch.h"
#include "engine/cuda/narrow.h"
#include "engine/device.h"

namespace engine::cuda {
namespace {

__global__ void widen_kernel(Index n, const Bfloat16* x, Real* y) {
  const Index i = thread_number();
  if (i < n) y[i] = widened(x[i]);
}

}  // namespace

// KANTOR_CUDA_NARROW=off in the environment keeps every result as Reals, to compare within a program.
bool CudaBackend::narrows(Slot want, const Window& window) const {
  const char* text = std::getenv("KANTOR_CUDA_NARROW");
  const bool wanted = !text || std::string_view(text) != "off";
  const Index channels = want == Slot::Y ? window.out : window.in;
  return wanted && precision() == Precision::medium && has_epilogue(want, window) &&
         channels % kNarrowPack == 0;
}

void CudaBackend::widen(Index n, const Bfloat16* x, Real* y) {
  check_elements("widen", n);
  launch("widen", stream_, one_each(n), &widen_kernel, n, x, y);
}

}  // namespace engine::cuda
