// The linker's symbols of this program: function names, and the extent of each thread-local
// variable (a kernel's shared array).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emulation {

std::string function_name(const void* function);  // demangled; its address if unknown

struct Variable {
  std::size_t offset, bytes;  // in the block of thread-local variables
};
const std::vector<Variable>& thread_local_variables();

struct Range {
  const unsigned char* begin = nullptr;
  std::size_t bytes = 0;
  bool contains(const void* address) const {
    return static_cast<std::size_t>(static_cast<const unsigned char*>(address) - begin) < bytes;
  }
};
Range thread_local_block();  // of the thread that asks
Range constants();           // what is loaded of this program and cannot be written

}  // namespace emulation
