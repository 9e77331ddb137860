#include "engine/cpu/isa.h"

#include <algorithm>
#include <cstdlib>

#include "engine/check.h"
#include "engine/cpu/kernels/kernels.h"
#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace engine::cpu {
namespace {

constexpr Isa kAll[] = {Isa::portable,    Isa::avx2, Isa::avx512,
                        Isa::avx512_bf16, Isa::amx,  Isa::amx_emulated};

#if defined(__linux__) && defined(__x86_64__)
// Tile registers are 8 KiB of state, which Linux saves only for processes that request it.
bool tiles_granted() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#else
bool tiles_granted() { return false; }
#endif

// Instruction sets that the processor has, the operating system saves and the compiler could build.
bool present(Isa isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (isa) {
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    case Isa::avx512_bf16:
      return present(Isa::avx512) && has_avx512_bf16();
    case Isa::amx:
      return present(Isa::avx512_bf16) && has_amx_bf16() && tiles_granted();
    case Isa::portable:
    case Isa::amx_emulated:
      break;
  }
#endif
  return isa == Isa::portable || isa == Isa::amx_emulated;
}

bool built(Isa isa) {
  return exact_kernel(isa) != nullptr && (isa < Isa::avx512_bf16 || bf16_kernel(isa) != nullptr);
}

Isa from_environment() {
  const std::vector<Isa> available = available_isas();
  const char* wish = std::getenv("KANTOR_ISA");
  if (wish == nullptr || *wish == '\0')
    return *std::find_if(available.rbegin(), available.rend(),
                         [](Isa isa) { return isa != Isa::amx_emulated; });
  std::string names;
  for (const Isa isa : available) {
    if (wish == std::string(name(isa))) return isa;
    names += std::string(names.empty() ? "" : ", ") + name(isa);
  }
  fail("KANTOR_ISA=", wish, ": this machine has ", names);
}

Isa& current() {
  static Isa chosen = from_environment();
  return chosen;
}

}  // namespace

Isa isa() { return current(); }

void set_isa(Isa wanted) {
  const std::vector<Isa> available = available_isas();
  check(std::find(available.begin(), available.end(), wanted) != available.end(),
        "isa: this machine has no ", name(wanted));
  current() = wanted;
}

const char* name(Isa isa) {
  switch (isa) {
    case Isa::portable:
      return "portable";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::avx512_bf16:
      return "avx512_bf16";
    case Isa::amx:
      return "amx";
    case Isa::amx_emulated:
      return "amx_emulated";
  }
  return "?";
}

std::vector<Isa> available_isas() {
  std::vector<Isa> found;
  for (const Isa isa : kAll)
    if (built(isa) && present(isa)) found.push_back(isa);
  return found;
}

}  // namespace engine::cpu
