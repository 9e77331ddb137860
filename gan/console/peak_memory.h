// The peak memory of this process, as counted by Linux (VmHWM). Errors: none; 0 if unknown.
#pragma once

namespace gan::console {

double peak_memory();       // MiB
void forget_peak_memory();  // restarts the count at current usage, if the system can

}  // namespace gan::console
