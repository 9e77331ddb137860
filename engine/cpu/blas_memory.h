// reserve_blas_memory: takes the buffers of OpenBLAS's matrix products now, one for each thread
// that may be inside one at a time. OpenBLAS keeps them, so that it never asks the system again:
// where the system has no more, it would ask for ever. Address space alone; pages are taken as they
// are used. Errors: too little address space, with what is needed and what to do.
#pragma once

namespace engine::cpu {

void reserve_blas_memory(int threads);

}  // namespace engine::cpu
