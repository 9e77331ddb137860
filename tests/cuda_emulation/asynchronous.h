// Asynchronous copies into shared memory (cp.async), as late as hardware may be: what a thread copies
// is read from the source, and arrives, only when it waits for the copy's group. Until then whoever
// touches the destination is at fault.
#pragma once

#include <cstddef>

namespace emulation {

void forget_copies(std::size_t threads);  // a block of so many begins
void no_copies_left();                    // complains if the running thread returns before it waits

}  // namespace emulation
