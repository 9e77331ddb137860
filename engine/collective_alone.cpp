// In builds without MPI.
#include "engine/check.h"
#include "engine/collective.h"

namespace engine {

void join_processes() {
  check(launch().size == 1, launch().size, " processes were started together, but this build has ",
        "no MPI: configure with -DKANTOR_MPI=ON (Debian package libopenmpi-dev), or start one "
        "process");
}

}  // namespace engine
