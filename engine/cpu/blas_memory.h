// reserve_blas_memory: allocates the buffers of OpenBLAS's matrix products now, one for each thread
// that may run one at a time. OpenBLAS keeps them, so it never allocates later: if an allocation
// failed, it would retry forever. This reserves address space only; pages are allocated on use.
// Errors: too little address space, with the amount needed and what to do.
#pragma once

namespace engine::cpu {

void reserve_blas_memory(int threads);

}  // namespace engine::cpu
