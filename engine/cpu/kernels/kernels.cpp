#include "engine/cpu/kernels/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace engine::cpu {

const BlockKernel<Real>* exact_kernel(Isa isa) {
  switch (isa) {
    case Isa::portable:
    case Isa::amx_emulated:
      return portable_kernel();
    case Isa::avx2:
      return avx2_kernel();
    case Isa::avx512:
    case Isa::avx512_bf16:
    case Isa::amx:
      return avx512_kernel();
  }
  return nullptr;
}

const FilterKernels& filter_kernels(Isa isa) {
  switch (isa) {
    case Isa::portable:
    case Isa::amx_emulated:
      break;
    case Isa::avx2:
      return *avx2_filters();
    case Isa::avx512:
    case Isa::avx512_bf16:
    case Isa::amx:
      return *avx512_filters();
  }
  return *portable_filters();
}

const Bf16Kernel* bf16_kernel(Isa isa) {
  switch (isa) {
    case Isa::avx512_bf16:
      return avx512_bf16_kernel();
    case Isa::amx:
      return amx_kernel();
    case Isa::amx_emulated:
      return amx_emulated_kernel();
    default:
      return nullptr;
  }
}

#if defined(__x86_64__)
bool has_avx512_bf16() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 5 & 1) != 0;
}

bool has_amx_bf16() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return (d >> 22 & 1) != 0 && (d >> 24 & 1) != 0;  // AMX-BF16 and AMX-TILE
}
#else
bool has_avx512_bf16() { return false; }
bool has_amx_bf16() { return false; }
#endif

}  // namespace engine::cpu
