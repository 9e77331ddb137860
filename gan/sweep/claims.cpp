#include "gan/sweep/claims.h"

#include <unistd.h>

#include "gan/console/interrupt.h"

namespace gan::sweep {
namespace {

Claim claim(const std::string& folder, const std::string& file) {
  try {
    return std::make_unique<const run::RunLock>(folder, file);
  } catch (const run::InUse&) {
    return nullptr;
  }
}

}  // namespace

Claim claim_cell(const std::string& folder, const std::string& cell) {
  return claim(folder + "/logs", cell + ".lock");
}

Claim claim_folder(const std::string& folder) {
  constexpr useconds_t pause = 200'000;
  for (;;) {
    Claim taken = claim(folder, run::RunLock::kFile);
    if (taken || console::interrupted()) return taken;
    usleep(pause);
  }
}

}  // namespace gan::sweep
