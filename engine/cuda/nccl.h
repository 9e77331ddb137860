// NCCL is opened by the first process that shares its work with others (nccl.cpp), not linked, so
// that programs also run where it is not installed.
#pragma once

#include <string>

namespace engine::cuda {

std::string nccl_missing();  // why it cannot be opened; "": it can

}  // namespace engine::cuda
