// Threads: how many the CPU backend shares its work between; at first what OMP_NUM_THREADS says,
// else one a processor. Results are the same to the bit for any number. To be set before the first
// tensor is made, since the backend then takes the memory that its matrix products need.
#pragma once

namespace engine {

int threads();
void set_threads(int count);

}  // namespace engine
