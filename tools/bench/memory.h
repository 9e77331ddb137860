// The most memory that this process has held, as Linux counts it (VmHWM). Errors: none; 0 where the
// system does not tell.
#pragma once

namespace bench {

double peak_memory();       // MiB
void forget_peak_memory();  // counts from what is held now, where the system can

}  // namespace bench
