#include "engine/version.h"

#include "engine/cpu/isa.h"

namespace engine {

std::string version() {
#ifdef KANTOR_CUDA
  const std::string backends = "cpu, cuda";
#else
  const std::string backends = "cpu";
#endif
  std::string isas;
  for (const cpu::Isa isa : cpu::available_isas())
    if (isa != cpu::Isa::amx_emulated) isas += (isas.empty() ? "" : ", ") + std::string(name(isa));
  return std::string(KANTOR_VERSION) + "\ncompiler      " + KANTOR_COMPILER + "\nbackends      " +
         backends + "\ninstructions  " + name(cpu::isa()) + " (this machine has: " + isas + ")";
}

}  // namespace engine
