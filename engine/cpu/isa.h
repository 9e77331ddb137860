// Isa: the instruction sets that matrix kernels are written for, and the one in use. The processor
// is queried once, at the first use; the environment variable KANTOR_ISA selects a lower set
// (portable, avx2, avx512, avx512_bf16, amx), for comparisons and tests. `amx_emulated` runs AMX's
// packing and indexing with plain loops instead of tile instructions: slow, for tests on other
// machines. Errors: a KANTOR_ISA that does not exist or that this machine lacks.
#pragma once

#include <string>
#include <vector>

namespace engine::cpu {

enum class Isa { portable, avx2, avx512, avx512_bf16, amx, amx_emulated };

Isa isa();                 // the one in use
void set_isa(Isa wanted);  // for tests and benchmarks. Errors: this machine lacks it

const char* name(Isa isa);
std::vector<Isa> available_isas();  // from the plainest to the fastest, then amx_emulated

}  // namespace engine::cpu
