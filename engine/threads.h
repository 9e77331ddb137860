// Threads: the number of threads of the CPU backend; by default OMP_NUM_THREADS, else one per
// processor. Results are bit-identical for any number. Set it before the first tensor is made: at
// that point the backend allocates the memory for its matrix products.
#pragma once

namespace engine {

int threads();
void set_threads(int count);  // at least 1

}  // namespace engine
