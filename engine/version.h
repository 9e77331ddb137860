// version: the build and the machine's instructions, for --version and reports.
//   0.1
//   compiler      GNU 12.2.0 for x86-64-v3
//   backends      cpu, cuda
//   instructions  avx512 (this machine has: portable, avx2, avx512)
// Errors: KANTOR_ISA names instructions that this machine lacks.
#pragma once

#include <string>

namespace engine {

std::string version();  // without a final newline

}  // namespace engine
